"""The soak's comparison of accounts: what is wrong is found, to the byte; what is not, is not."""

import threading
import time

import pytest

from mpmanager.api.structures import AppInfo, CarriedInfo, ConnectionInfo
from mpmanager.bench.agenda import Agenda
from mpmanager.bench.books import Books, Moved, differences, sums_in_history
from mpmanager.bench.churn import Counted, Outcome
from mpmanager.bench.soak import InterfaceCount, Soaked
from mpmanager.bench.soak_checks import MOST_GROWTH_BYTES, checks
from mpmanager.bench.vitals import Vitals, growth
from mpmanager.daemon.history_file import HistoryFile
from mpmanager.model.connection import TcpState
from mpmanager.model.history import RecordedApplication, RecordedPath, Span, Usage, UsageEntry
from mpmanager.model.path import PathKind

LOCAL = "10.77.1.2:40000"
APP = "app:soak.film"


def counted(*, sent=100, received=5000, began=1000.0, outcome=Outcome.ORDERLY, name="film.1-1"):
    return Counted(name=name, local=LOCAL, began=began, ended=began + 2, sent=sent, received=received, outcome=outcome)


def account(*, tx=100, rx=5000, opened=1000.1, number=1, carried=None, app=APP):
    paths = carried or {"wlan0": (tx, rx)}
    return ConnectionInfo(
        token=f"{number:#x}",
        app=AppInfo(id=app, name="film", pid=None, exe=None, cgroup=None),
        local=LOCAL,
        remote="10.99.0.1:8090",
        state=TcpState.CLOSED,
        fallback=False,
        server_side=False,
        managed=True,
        opened=opened,
        tx_bytes=tx,
        rx_bytes=rx,
        subflows=[],
        carried=[CarriedInfo(path=path, tx_bytes=sent, rx_bytes=got) for path, (sent, got) in paths.items()],
        policy="default",
        wait_ms="never",
        expiration=None,
    )


def books(*accounts, client=None, server=None, held_to=None):
    found = Books(applications={"film": APP}, held_to=held_to or {})
    client = client or counted()
    found.clients[client.name] = client
    server = server or counted(sent=5000, received=100)
    found.servers[server.name] = server
    found.take([], accounts)
    return found


def test_accounts_that_are_exact_are_found_to_be():
    found = books(account()).compare()
    assert (found.connections, found.orderly, found.payload_bytes, found.carried_bytes) == (1, 1, 5100, 5100)
    assert not any(
        (found.missing, found.wrong, found.out_of_bounds, found.lost_on_paths, found.off_its_path, found.misattributed)
    )


@pytest.mark.parametrize(("tx", "rx"), [(99, 5000), (101, 5000), (100, 4999), (100, 5001)])
def test_a_single_byte_too_few_or_too_many_is_noticed(tx, rx):
    found = books(account(tx=tx, rx=rx)).compare()
    assert len(found.wrong) == 1
    assert found.wrong_bytes == 2, "beside the client and beside the server"


def test_a_connection_without_an_account_is_missing():
    words = f"film.1-1 {LOCAL}: orderly, 2.00 s, 100 B sent and 5000 received; accounts from the same port, "
    assert books().compare().missing == [f"{words}none"]
    assert books(account(opened=990.0)).compare().missing == [f"{words}one -10.0 s later"]


def test_of_two_connections_from_one_port_each_has_its_own_account():
    found = books(account(number=1, opened=900.0, rx=1), account(number=2)).compare()
    assert (found.missing, found.wrong) == ([], [])


@pytest.mark.parametrize(("rx", "is_noticed"), [(3000, False), (2999, True), (5000, False), (5001, True)])
def test_what_was_broken_off_lies_between_what_was_read_and_what_was_sent(rx, is_noticed):
    client = counted(received=3000, outcome=Outcome.BROKEN_OFF)
    found = books(account(rx=rx), client=client).compare()
    assert bool(found.out_of_bounds) == is_noticed
    assert not found.wrong


def test_paths_that_carried_less_than_the_connection_have_lost_bytes():
    lost = account(carried={"wlan0": (100, 2000), "wwan0": (0, 2999)})
    twice = account(carried={"wlan0": (100, 2000), "wwan0": (0, 4000)})
    assert len(books(lost).compare().lost_on_paths) == 1
    assert books(twice).compare().lost_on_paths == []


def test_what_is_held_to_a_path_is_carried_by_that_path_to_the_byte():
    held_to = {APP: "wwan0"}
    assert books(account(), held_to=held_to).compare().off_its_path
    on_it = account(carried={"wwan0": (100, 5000), "wlan0": (0, 0)})
    assert not books(on_it, held_to=held_to).compare().off_its_path


def test_an_account_under_another_application_is_noticed():
    assert books(account(app="exe:/usr/bin/python3")).compare().misattributed


def test_an_account_that_goes_back_is_noticed():
    found = books()
    found.take([account(rx=10)], [])
    found.take([account(rx=20)], [])
    assert found.went_back == []
    found.take([], [account(rx=19)])
    assert len(found.went_back) == 1


def test_sums_that_differ_are_told_with_their_place():
    one = {(APP, "wlan0"): Moved(1, 10), (APP, "wwan0"): Moved(0, 0)}
    other = {(APP, "wlan0"): Moved(2, 7)}
    assert [apart for _words, apart in differences(one, other)] == [4]
    assert list(differences(one, one)) == []


def test_the_history_is_read_without_the_daemon(tmp_path):
    file = HistoryFile(tmp_path / "history.sqlite")
    file.open()
    path = RecordedPath("wlan0", PathKind.WIFI, is_metered=False)
    film, rest = (RecordedApplication(each, 0, "x") for each in (APP, "rest:"))
    file.add(
        [
            UsageEntry(Span(0, 60), film, path, Usage(rx_bytes=5, tx_bytes=1)),
            UsageEntry(Span(60, 120), film, path, Usage(rx_bytes=7, tx_bytes=2)),
            UsageEntry(Span(0, 60), rest, path, Usage(rx_bytes=9, tx_bytes=9)),
        ],
        [],
    )
    file.close()
    assert sums_in_history(tmp_path / "history.sqlite") == {(APP, "wlan0"): Moved(3, 12)}


def vitals(at_s, *, uss_bytes=40_000_000, descriptors=60):
    return Vitals(
        at_s=at_s,
        rss_bytes=50_000_000,
        uss_bytes=uss_bytes,
        cpu_s=at_s / 10,
        descriptors=descriptors,
        threads=2,
        cgroups=2,
        nft_entries=23,
        nft_timed=0,
        bpf_entries=4,
        routes=65,
        rules=43,
    )


def soaked(*, per_s=0, descriptors_after=60, counted_bytes=10, found=None):
    result = Soaked(books=found or books(account()), duration_s=600)
    result.samples = [vitals(at_s, uss_bytes=40_000_000 + round(per_s * at_s)) for at_s in range(0, 600, 3)]
    result.at_rest = [vitals(-1), vitals(605, descriptors=descriptors_after)]
    result.totals = result.history = result.books.sums()
    result.interfaces = {
        "wlan0": InterfaceCount(by_daemon=counted_bytes, by_kernel=10, received_by_daemon=5, received_by_emulator=5)
    }
    return result


def failed(result):
    return [each.text for each in checks(result) if each.is_held is False]


def test_a_clean_soak_passes_every_line():
    assert [each.is_held for each in checks(soaked())] == [True] * len(checks(soaked()))


def test_a_leak_of_memory_is_noticed_after_the_warm_up():
    assert failed(soaked(per_s=1.1 * MOST_GROWTH_BYTES / 480)) == ["growth of own memory (USS)"]
    assert failed(soaked(per_s=0.9 * MOST_GROWTH_BYTES / 480)) == []


def test_a_descriptor_that_is_left_behind_is_noticed():
    assert failed(soaked(descriptors_after=61)) == ["left behind: descriptors"]


def test_a_byte_that_caps_do_not_count_is_noticed():
    (text,) = failed(soaked(counted_bytes=9))
    assert text.startswith("bytes that count towards caps")


def test_a_byte_that_the_totals_or_the_history_lack_is_noticed():
    result = soaked()
    result.history = {}
    (text,) = failed(result)
    assert "history" in text
    result.totals = {}
    (text,) = failed(result)
    assert "live totals beside all ended" in text


def test_growth_is_the_slope_of_the_line_over_the_whole_time():
    noisy = [vitals(at_s, uss_bytes=1000 * at_s + (500 if at_s % 2 else -500)) for at_s in range(100)]
    assert growth(noisy, lambda each: each.uss_bytes) == pytest.approx(99_000, rel=0.01)
    assert growth(noisy[:1], lambda each: each.uss_bytes) == 0


def test_the_agenda_does_things_again_until_it_is_told_to_end():
    agenda, over, done = Agenda(), threading.Event(), []

    def again():
        done.append("again")
        if len(done) == 4:
            over.set()
        return 0.001

    agenda.add(time.monotonic(), again)
    agenda.add(time.monotonic() - 1, lambda: done.append("once"))
    agenda.run(until=time.monotonic() + 30, over=over)
    assert done == ["once", "again", "again", "again"]


def test_a_report_reads_back_as_it_was_written():
    one = counted(outcome=Outcome.BROKEN_OFF)
    assert Counted.parse(one.line()) == one
