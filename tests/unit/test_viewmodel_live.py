"""Rows of the Live page: merging, ended rows, order, filter."""

import pytest
from fake_manager import World
from msgspec.structs import replace

from mpmanager.api.structures import ProtectionInfo
from mpmanager.model.connection import TcpState
from mpmanager.model.path import PathState, Tier
from mpmanager.model.protection import Coverage, CoverageReason
from mpmanager.model.socket_options import SocketOption
from mpmanager.model.trust import Hold
from mpmanager_ui.viewmodels.live_rows import (
    CHUNK_CONNECTIONS,
    HISTORY_TICKS,
    STATE_MEANINGS,
    Recorder,
    RowKind,
    RowSign,
    RowState,
    subflow_state,
    trust_details,
)
from mpmanager_ui.viewmodels.live_tree import COLUMN_WORDS, Column, LiveTree, cell_text
from mpmanager_ui.viewmodels.translation import speak
from mpmanager_ui.viewmodels.waits import THE_PROGRAM
from unit.live_trees import sync


@pytest.fixture
def world():
    return World()


class Mirror:
    """Follows what the tree tells, as a view would, and checks each step."""

    def __init__(self):
        self.tree = None
        self.steps = []
        self._expected = None

    def will_insert(self, parent, first, last):
        self._expected = (parent, len(parent.children) + last - first + 1)
        self.steps.append(("insert", first, last))

    def has_inserted(self):
        self._check()

    def will_remove(self, parent, first, last):
        assert last < len(parent.children)
        self._expected = (parent, len(parent.children) - (last - first + 1))
        self.steps.append(("remove", first, last))

    def has_removed(self):
        self._check()

    def will_replace(self, parent):
        self._expected = (parent, len(parent.children))
        self._check()
        self.steps.append(("replace",))

    def has_replaced(self, parent):
        self._expected = (parent, len(parent.children))
        self._check()

    def will_reorder(self):
        self.steps.append(("reorder",))

    def has_reordered(self):
        pass

    def _check(self):
        parent, count = self._expected
        assert len(parent.children) == count
        assert [node.row for node in parent.children] == list(range(count))


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def mirror():
    return Mirror()


@pytest.fixture
def tree(mirror):
    return LiveTree(mirror)


def book(recorder, frame):
    for _ in recorder.take(frame):
        pass


def names(node):
    return [each.values.name for each in node.children]


def subflows(recorder):
    return [
        subflow
        for application in recorder.applications.values()
        for connection in application.children.values()
        for subflow in connection.children.values()
    ]


def test_a_frame_becomes_applications_connections_and_subflows(recorder, world):
    book(recorder, world.advance())
    assert recorder.counts() == (5, 10, 30)


def test_a_quiet_backup_stands_by_and_a_busy_path_carries(recorder, world):
    book(recorder, world.advance(7.0))
    states = {each.values.name: each.values.state for each in subflows(recorder)}
    assert states == {"wlan0": RowState.CARRYING, "wwan0": RowState.STANDBY, "dsl0": RowState.STANDBY}


def test_a_wait_for_which_the_program_itself_has_asked_is_said_to_be_its_own(recorder, world):
    frame = world.advance()
    frame.connections[0].asked = [SocketOption.EXPIRATION]
    book(recorder, frame)
    waits = [
        connection.values.wait.policy
        for application in recorder.applications.values()
        for connection in application.children.values()
    ]
    assert waits.count(THE_PROGRAM) == 1


@pytest.mark.parametrize("state", TcpState)
def test_every_tcp_state_is_some_state_of_a_row(world, state):
    subflow = world.advance().connections[0].subflows[0]
    subflow.state = state
    assert STATE_MEANINGS[subflow_state(subflow)]


def test_a_parent_takes_the_liveliest_state_and_the_sum_of_its_children(recorder, world):
    frame = world.advance(7.0)
    book(recorder, frame)
    connection = next(iter(next(iter(recorder.applications.values())).children.values()))
    below = [each.values for each in connection.children.values()]
    assert connection.values.state is RowState.CARRYING
    assert connection.values.down_bit_s == pytest.approx(sum(each.down_bit_s for each in below))
    assert connection.values.paths[0] == "wlan0"


def test_a_lost_subflow_stays_five_seconds_as_ended_and_then_goes(recorder, world):
    book(recorder, world.advance())
    world.path("wlan0").state = PathState.NO_CARRIER
    for _ in range(5):
        book(recorder, world.advance())
        assert [s.values.state for s in subflows(recorder) if s.values.name == "wlan0"] == [RowState.ENDED] * 10
    book(recorder, world.advance())
    assert {each.values.name for each in subflows(recorder)} == {"wwan0", "dsl0"}


def test_an_ended_application_goes_with_its_last_connection(recorder, world):
    book(recorder, world.advance())
    world.programs = 4
    book(recorder, world.advance())
    assert recorder.counts()[0] == 4
    assert len(recorder.applications) == 5
    for _ in range(5):
        book(recorder, world.advance())
    assert len(recorder.applications) == 4


def test_the_total_of_an_application_survives_the_end_of_a_connection(recorder, world):
    for _ in range(5):
        book(recorder, world.advance(7.0))
    application = recorder.applications["exe:/usr/bin/curl"]
    before = application.values.byte_count
    world.connections_per_program = 1
    for _ in range(7):
        book(recorder, world.advance())
    assert len(application.children) == 1
    assert application.values.byte_count >= before > 0


def rows(recorder):
    for application in recorder.applications.values():
        yield application
        for connection in application.children.values():
            yield connection
            yield from connection.children.values()


def counters(recorder):
    return {each.key: (each.values.byte_count, each.values.retransmits) for each in rows(recorder)}


def test_an_application_has_moved_what_its_connections_have(recorder, world):
    for _ in range(3):
        book(recorder, world.advance(7.0))
    world.connections_per_program = 1
    for _ in range(4):
        book(recorder, world.advance())
        for application in recorder.applications.values():
            below = [each.values.byte_count for each in application.children.values()]
            assert application.values.byte_count == sum(below) > 0
            assert len(below) == 2


def test_no_counter_ever_goes_back(recorder, world):
    before = {}
    for second in range(40):
        world.path("wlan0").state = PathState.UP if second % 20 < 5 else PathState.NO_CARRIER
        world.connections_per_program = 1 + second // 9 % 3
        frame = world.advance()
        for subflow in (each for connection in frame.connections for each in connection.subflows):
            subflow.retransmits = 6 if subflow.path == "wlan0" else 0
        book(recorder, frame)
        now = counters(recorder)
        for key in now.keys() & before.keys():
            assert now[key] >= before[key]
            assert now[key][1] >= before[key][1]
        before = now


def test_ended_rows_of_every_level_are_kept_equally_long(recorder, world):
    book(recorder, world.advance())
    world.path("wlan0").state = PathState.NO_CARRIER
    world.programs, world.connections_per_program = 4, 1
    kept = []
    for _ in range(8):
        book(recorder, world.advance())
        ended = [each.values.kind for each in rows(recorder) if each.values.state is RowState.ENDED]
        kept.append({kind: ended.count(kind) for kind in RowKind})
    nothing = dict.fromkeys(RowKind, 0)
    assert kept[0] == {RowKind.APPLICATION: 1, RowKind.CONNECTION: 6, RowKind.SUBFLOW: 22}
    assert kept == [kept[0]] * 5 + [nothing] * 3


def test_a_round_trip_time_is_that_of_what_carries_weighted_by_rate(recorder, world):
    world.path("wwan0").tier = Tier.ALWAYS
    frame = world.advance(7.0)
    fast, slow, standby = frame.connections[0].subflows
    fast.rtt_ms, slow.rtt_ms, standby.rtt_ms = 10.0, 50.0, 1.0
    fast.rx_bit_s, slow.rx_bit_s, standby.rx_bit_s = 3e6, 1e6, 0.0
    fast.tx_bit_s = slow.tx_bit_s = standby.tx_bit_s = 0.0
    frame.connections = frame.connections[:1]
    book(recorder, frame)
    firefox = recorder.applications["exe:/usr/lib/firefox/firefox"]
    assert firefox.values.rtt_ms == pytest.approx(20.0)
    assert next(iter(firefox.children.values())).values.rtt_ms == pytest.approx(20.0)


def test_what_carries_nothing_has_no_round_trip_time(recorder, world):
    frame = world.advance()
    for subflow in (each for connection in frame.connections for each in connection.subflows):
        subflow.rx_bit_s = subflow.tx_bit_s = 0.0
    book(recorder, frame)
    assert {each.values.rtt_ms for each in rows(recorder) if each.values.kind is not RowKind.SUBFLOW} == {None}


def test_paths_stand_in_the_order_of_the_frame_and_only_while_they_live(recorder, world):
    book(recorder, world.advance(7.0))
    curl = recorder.applications["exe:/usr/bin/curl"]
    assert curl.values.paths == ("wlan0", "wwan0", "dsl0")
    world.path("wwan0").state = PathState.NO_CARRIER
    book(recorder, world.advance())
    assert curl.values.paths == ("wlan0", "dsl0")
    world.programs = 1
    book(recorder, world.advance())
    assert curl.values.state is RowState.ENDED
    assert curl.values.paths == ()


def test_a_row_that_comes_back_lives_again(recorder, world):
    book(recorder, world.advance())
    world.path("wlan0").state = PathState.NO_CARRIER
    book(recorder, world.advance())
    world.path("wlan0").state = PathState.UP
    book(recorder, world.advance(7.0))
    assert RowState.ENDED not in {each.values.state for each in subflows(recorder)}


def test_the_history_of_a_row_is_one_value_for_each_tick_and_no_longer_than_a_minute(recorder, world):
    for _ in range(HISTORY_TICKS + 10):
        book(recorder, world.advance())
    assert {len(each.values.history) for each in subflows(recorder)} == {HISTORY_TICKS}


def test_many_connections_are_booked_in_steps(recorder, world):
    world.programs, world.connections_per_program = 10, 3 * CHUNK_CONNECTIONS // 10
    assert len(list(recorder.take(world.advance()))) == 5  # three of new numbers, two of sums


def test_a_frozen_row_does_not_change(recorder, world):
    book(recorder, world.advance())
    frozen = {key: each.frozen() for key, each in recorder.applications.items()}
    before = frozen["exe:/usr/bin/ssh"].values
    book(recorder, world.advance(5.0))
    assert frozen["exe:/usr/bin/ssh"].values is before
    assert recorder.applications["exe:/usr/bin/ssh"].values != before


def test_the_tree_shows_applications_by_name(recorder, tree, world):
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    assert names(tree.root) == ["curl", "Element", "Firefox", "rsync", "ssh"]
    assert names(tree.root.children[0].children[0]) == ["dsl0", "wlan0", "wwan0"]


def test_a_new_application_is_inserted_at_its_place_and_nothing_else_moves(recorder, tree, mirror, world):
    world.programs = 3
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    mirror.steps.clear()
    world.programs = 4
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    its_connections = ("insert", 0, 1)
    assert mirror.steps == [("insert", 3, 3), its_connections]
    assert names(tree.root) == ["curl", "Firefox", "rsync", "ssh"]


def test_many_connections_that_come_at_once_replace_those_of_their_application_alone(recorder, tree, mirror, world):
    world.programs, world.connections_per_program = 2, 3
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    kept = [node.id for node in tree.root.children[0].children]
    mirror.steps.clear()
    world.connections_per_program = 12
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    assert mirror.steps == [("replace",), ("replace",)]
    assert [len(node.children) for node in tree.root.children] == [12, 12]
    assert set(kept) < {node.id for node in tree.root.children[0].children}


def test_after_each_step_the_tree_is_whole(recorder, tree, world):
    world.programs, world.connections_per_program = 4, 9
    book(recorder, world.advance())
    for _ in tree.sync_in_steps(recorder.applications):
        assert set(tree.nodes) >= {node.id for node in below(tree.root)}
    assert len(list(below(tree.root))) == 4 * (1 + 9 * (1 + 3))


def below(node):
    for child in node.children:
        yield child
        yield from below(child)


def test_a_tick_without_news_moves_no_row(recorder, tree, mirror, world):
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    mirror.steps.clear()
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    assert mirror.steps == []


def test_rows_keep_their_places_in_a_lively_column_until_they_are_sorted(recorder, tree, world):
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    tree.sort(Column.DOWN, is_descending=True)
    order = names(tree.root)
    for _ in range(20):
        book(recorder, world.advance())
        sync(tree, recorder.applications)
    assert names(tree.root) == order
    tree.sort(Column.DOWN, is_descending=True)
    assert names(tree.root) != order


def test_a_little_more_or_less_changes_no_order(recorder, tree, world):
    book(recorder, world.advance(7.0))
    sync(tree, recorder.applications)
    tree.sort(Column.DOWN, is_descending=True)
    order = names(tree.root)
    for node in tree.root.children:
        node.values = node.values._replace(down_bit_s=node.values.down_bit_s * 1.001)
    tree.sort(Column.DOWN, is_descending=True)
    assert names(tree.root) == order


@pytest.mark.parametrize("column", Column)
@pytest.mark.parametrize("is_descending", [False, True])
def test_every_column_sorts_every_level(recorder, tree, world, column, is_descending):
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    tree.sort(column, is_descending=is_descending)
    for node in (tree.root, *tree.root.children):
        assert [each.row for each in node.children] == list(range(len(node.children)))


@pytest.mark.parametrize("column", Column)
def test_every_column_has_a_word_and_a_text(recorder, world, column):
    book(recorder, world.advance())
    assert COLUMN_WORDS[column]
    assert isinstance(cell_text(subflows(recorder)[0].values, column), str)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("firefox", ["Firefox"]), ("203.0.113.12", ["rsync"]), ("no such thing", []), ("  ", 5)],
)
def test_the_filter_keeps_what_has_the_text(recorder, tree, world, text, shown):
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    tree.filter(text)
    sync(tree, recorder.applications)
    assert names(tree.root) == shown or len(names(tree.root)) == shown


def test_the_filter_knows_paths_by_word_and_shows_what_stands_above(recorder, tree, world):
    world.path("dsl0").tier = Tier.NEVER
    book(recorder, world.advance())
    tree.show_titles({"wwan0": "LTE"})
    tree.filter("lte")
    sync(tree, recorder.applications)
    assert len(tree.root.children) == 5


def test_the_filter_gives_everything_back(recorder, tree, world):
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    everything = len(tree.nodes)
    tree.filter("ssh")
    sync(tree, recorder.applications)
    assert len(tree.nodes) < everything
    tree.filter("")
    sync(tree, recorder.applications)
    assert len(tree.nodes) == everything


def test_a_new_row_goes_to_the_end_of_a_lively_column(recorder, tree, world):
    world.programs = 3
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    tree.sort(Column.BYTES, is_descending=False)
    order = names(tree.root)
    world.programs = 5
    book(recorder, world.advance())
    sync(tree, recorder.applications)
    assert names(tree.root)[:3] == order
    assert set(names(tree.root)[3:]) == {"ssh", "Element"}


def test_a_connection_says_why_it_has_one_path_only(world, recorder):
    book(recorder, world.advance())
    below = [each.values for program in recorder.applications.values() for each in program.children.values()]
    assert {(each.detail, each.sign) for each in below} == {
        ("", RowSign.CONNECTION),
        ("fell back to plain TCP", RowSign.DOUBTFUL),
        ("began before mpmanagerd", RowSign.DOUBTFUL),
    }


def test_a_connection_from_outside_has_a_sign_of_its_own_unless_it_is_doubtful(world, recorder):
    frame = world.advance()
    ours, outside, doubtful = frame.connections[:3]
    replaced = [
        replace(ours, managed=True, fallback=False, server_side=False),
        replace(outside, managed=True, fallback=False, server_side=True),
        replace(doubtful, managed=False, server_side=True),
    ]
    book(recorder, replace(frame, connections=replaced))
    rows = {row.values.name: row for program in recorder.applications.values() for row in program.children.values()}
    signs = [rows[each.remote].values.sign for each in replaced]
    assert signs == [RowSign.CONNECTION, RowSign.INCOMING, RowSign.DOUBTFUL]
    assert {each.values.sign for each in recorder.applications.values()} == {RowSign.APPLICATION}


def test_what_is_said_of_a_connection_is_in_the_language_that_is_spoken(world, recorder):
    speak(str.upper)
    try:
        book(recorder, world.advance())
        below = [each.values for program in recorder.applications.values() for each in program.children.values()]
        assert {each.detail for each in below} == {"", "FELL BACK TO PLAIN TCP", "BEGAN BEFORE MPMANAGERD"}
        assert list(trust_details(protection(Hold.FENCED))) == ["TRUSTED PATHS ONLY"]
    finally:
        speak(None)


def protection(hold, coverage=Coverage.ENFORCED, reason=CoverageReason.KERNEL):
    return ProtectionInfo(demand="only", rule="default", coverage=coverage, reason=reason, hold=hold)


@pytest.mark.parametrize(
    ("shown", "detail"),
    [
        (protection(Hold.FREE), []),
        (protection(Hold.FENCED), ["trusted paths only"]),
        (protection(Hold.TRUSTED, Coverage.BEST_EFFORT), ["trusted paths only as well as can be"]),
        (protection(Hold.STANDBY), ["first bytes on trusted paths"]),
        (protection(Hold.RECEIVING), ["sends on trusted paths"]),
        (protection(Hold.FREE, Coverage.NOT_POSSIBLE, CoverageReason.NO_TRUSTED_PATH), ["opened unprotected"]),
        (protection(Hold.FREE, Coverage.NOT_POSSIBLE, CoverageReason.MACHINE), []),
    ],
)
def test_a_connection_says_what_it_may_not_do_on_untrusted_paths(shown, detail):
    assert list(trust_details(shown)) == detail
