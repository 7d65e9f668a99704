"""The flow map's geometry."""

from itertools import pairwise

import pytest

from mpmanager_ui.viewmodels.flow_map import OTHERS, Choice, Flow, FlowMap, MapNode, NodeKind, PathPlace, place_on

PATHS = (
    PathPlace("wlan0", "Wi-Fi", is_usable=True),
    PathPlace("wwan0", "LTE", is_usable=True),
    PathPlace("dsl0", "xDSL", is_usable=False),
)


def flows(count, rate=1e6, paths=("wlan0", "wwan0")):
    return [
        Flow(f"app{number}", f"App {number:02}", path, rate / (1 + number), 0.0)
        for number in range(count)
        for path in paths
    ]


def scene_of(taken, width=800, height=320, paths=PATHS):
    flow_map = FlowMap()
    flow_map.take(taken, paths)
    return flow_map.scene(width, height)


def of_kind(scene, kind):
    return [each for each in scene.nodes if each.kind is kind]


@pytest.mark.parametrize("count", [1, 5, 12, 40])
@pytest.mark.parametrize("size", [(520, 180), (800, 320), (1600, 600)])
def test_nodes_lie_inside_and_never_over_each_other(count, size):
    scene = scene_of(flows(count), *size)
    for node in scene.nodes:
        assert 0 <= node.left <= size[0] - node.width
        assert 0 <= node.top <= size[1] - node.height
    for kind in NodeKind:
        column = sorted(of_kind(scene, kind), key=lambda each: each.top)
        assert all(one.top + one.height <= two.top for one, two in pairwise(column))


def test_forty_applications_are_the_busiest_and_one_node_for_the_others():
    scene = scene_of(flows(40), height=2 * 8 + 28 + 10 * 26)
    rows = of_kind(scene, NodeKind.APPLICATION)
    assert [each.title for each in rows] == [
        *(f"App {number:02}" for number in range(9)),
        "and 31\N{NO-BREAK SPACE}others",
    ]
    assert rows[-1].key == OTHERS


def test_a_shown_application_keeps_its_row_while_it_is_nearly_among_the_busiest():
    flow_map = FlowMap()
    height = 2 * 8 + 28 + 5 * 26
    flow_map.take(flows(10), PATHS)
    before = [each.key for each in flow_map.scene(800, height).nodes]
    flow_map.take([each._replace(down_bit_s=9e5) if each.app == "app4" else each for each in flows(10)], PATHS)
    assert [each.key for each in flow_map.scene(800, height).nodes] == before
    for _ in range(20):
        flow_map.take([each._replace(down_bit_s=0.0) if each.app == "app3" else each for each in flows(10)], PATHS)
    assert "app3" not in [each.key for each in flow_map.scene(800, height).nodes]


def test_a_ribbon_is_the_root_of_its_rate_wide_all_along():
    scene = scene_of([Flow("a", "A", "wlan0", 4e6, 0.0), Flow("b", "B", "wwan0", 0.0, 1e6)])
    widths = {each.app: each.width for each in scene.ribbons}
    assert widths["a"] == pytest.approx(2 * widths["b"])
    assert {each.app: each.is_download for each in scene.ribbons} == {"a": True, "b": False}


def test_a_ribbon_begins_at_its_application_and_runs_through_its_path_to_the_internet():
    scene = scene_of(flows(3))
    nodes = {each.key: each for each in scene.nodes}
    for ribbon in scene.ribbons:
        first, second = ribbon.parts
        app, path, internet = nodes[ribbon.app], nodes[ribbon.path], nodes[None]
        assert first[0].x == app.left + app.width
        assert app.top <= first[0].y <= app.top + app.height
        assert (first[-1].x, second[0].x) == (path.left, path.left + path.width)
        assert first[-1].y == second[0].y
        assert second[-1].x == internet.left


def test_a_path_that_cannot_be_used_is_there_only_while_something_is_on_it():
    assert [each.key for each in of_kind(scene_of(flows(1)), NodeKind.PATH)] == ["wlan0", "wwan0"]
    (dsl,) = [each for each in scene_of(flows(1, paths=("dsl0",))).nodes if each.key == "dsl0"]
    assert dsl.is_faint


def test_what_only_stands_by_is_a_hair_line():
    scene = scene_of([Flow("a", "A", "wlan0", 1e6, 0.0), Flow("a", "A", "wwan0", 0.0, 0.0)])
    assert {each.path: (each.is_idle, each.width) for each in scene.ribbons}["wwan0"] == (True, 1.0)


def test_the_scale_is_printed_and_stays_while_rates_waver():
    flow_map = FlowMap()
    samples = []
    for rate in (1.00e6, 1.02e6, 0.97e6, 0.9e6, 1.0e6):
        flow_map.take(flows(3, rate), PATHS)
        scene = flow_map.scene(800, 320)
        samples.append((scene.sample_px, scene.sample_words))
    assert len(set(samples)) == 1
    assert samples[0][1].endswith("bit/s")


def test_what_is_clicked_is_found():
    scene = scene_of(flows(2))
    node = scene.nodes[0]
    assert scene.at(node.left + 2, node.top + 2) is node
    ribbon = scene.ribbons[-1]
    middle = place_on(ribbon.parts[0], 0.02)
    found = scene.at(middle.x, middle.y)
    assert not isinstance(found, MapNode)
    assert (found.app, found.path) == (ribbon.app, ribbon.path)
    assert scene.at(1.0, 1.0) is None


def test_a_choice_of_an_application_fits_all_paths_and_that_of_both_fits_one_ribbon():
    assert Choice("a").fits("a", "wlan0")
    assert not Choice("a").fits("b", "wlan0")
    assert Choice("a", "wlan0").fits("a", None)
    assert not Choice("a", "wlan0").fits("a", "wwan0")


def test_nothing_at_all_is_an_empty_scene():
    assert scene_of([], paths=()).nodes == ()


def test_a_low_map_has_ribbons_as_wide_as_its_boxes_let_them():
    scene = scene_of([Flow("a", "A", "wlan0", 4e6, 0.0)], height=160)
    assert scene.ribbons[0].width > 10


def test_a_map_without_applications_has_its_paths_and_no_scale():
    scene = scene_of([])
    assert [each.key for each in of_kind(scene, NodeKind.PATH)] == ["wlan0", "wwan0"]
    assert (scene.sample_px, scene.sample_words) == (0.0, "")
