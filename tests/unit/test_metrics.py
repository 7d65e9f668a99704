"""What monitoring systems are told."""

from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from mpmanager.api.exposition import Metric, MetricKind, Sample, exposition
from mpmanager.api.structures import CapInfo, EventKind, FenceInfo, HelpCounts, PolicyInfo, StatusInfo
from mpmanager.daemon.health import Health
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.metrics import MOST_PATHS, DropCounts, Observation, metrics_of
from mpmanager.model.names import LinkName
from mpmanager.model.path import PathState
from unit.rule_frames import path

STATUS = StatusInfo(
    version="1.2",
    pid=1,
    started=1000.5,
    simulated=False,
    path_manager="userspace",
    paths_up=1,
    connections=0,
    events=0,
    limits=["one"],
)
WIFI, LTE = path("wlan0", "192.0.2.7"), path("wwan0", "198.51.100.7")


def seen(**changes):
    found = {
        "status": STATUS,
        "paths": [WIFI, LTE],
        "accounts": (),
        "retransmits": {LinkName("wlan0"): 7},
        "policies": [
            PolicyInfo(selector="exe:/usr/bin/secret", trust="first-strict:10"),
            PolicyInfo(selector="default"),
        ],
        "help": HelpCounts(openings=2, helper_bytes=300),
        "dropped": {"wlan0": (3, 400), None: (1, 60)},
        "is_enforced": True,
        "events": {EventKind.PATH_UP: 4},
        "subscribers": 1,
        "health": Health(lag_s=0.25, overruns=2, cpu_s=1.5, memory_bytes=50_000_000, descriptors=20),
    }
    return Observation(**(found | changes))


def values(observation):
    """As Prometheus' own reader finds them."""
    text = exposition(metrics_of(observation))
    families = text_string_to_metric_families(text)
    return {(each.name, *sorted(each.labels.values())): each.value for family in families for each in family.samples}


def test_prometheus_reads_what_there_is_to_tell_of_paths_rules_and_the_daemon():
    found = values(seen())
    assert found["mpmanager_path_up", "wifi", "wlan0"] == 1
    assert found["mpmanager_path_metered", "wwan0"] == 1
    assert found["mpmanager_path_tier", "always", "wlan0"] == 1
    assert found["mpmanager_path_tier", "never", "wlan0"] == 0
    assert found["mpmanager_path_retransmitted_segments_total", "wlan0"] == 7
    assert found["mpmanager_rules", "first"] == 1
    assert found["mpmanager_late_data_helped_total", "openings"] == 2
    assert found["mpmanager_helper_bytes_total",] == 300
    assert found["mpmanager_fence_dropped_packets_total", "wlan0"] == 3
    assert found["mpmanager_fence_dropped_bytes_total", "none"] == 60
    assert found["mpmanager_events_total", "path-up"] == 4
    assert found["mpmanager_event_loop_lag_seconds",] == 0.25
    assert found["mpmanager_start_time_seconds",] == 1000.5
    assert found["mpmanager_limits",] == 1


def test_names_and_kinds_follow_the_conventions_of_prometheus():
    for each in metrics_of(seen()):
        assert each.name.startswith("mpmanager_")
        assert each.name.endswith("_total") == (each.kind is MetricKind.COUNTER)
        assert not each.name.endswith(("_ms", "_kb", "_percent"))


def test_nobodys_program_network_or_peer_is_told():
    text = exposition(metrics_of(seen()))
    assert "secret" not in text
    assert "wifi:wlan0" not in text
    assert "192.0.2" not in text


def test_a_machine_that_makes_interfaces_without_end_fills_no_database():
    many = [replace(path(f"veth{number}", "192.0.2.7"), index=number, state=PathState.DOWN) for number in range(200)]
    many.append(replace(WIFI, index=999))
    found = values(seen(paths=many))
    assert sum(name[0] == "mpmanager_path_up" for name in found) == MOST_PATHS
    assert found["mpmanager_path_up", "wifi", "wlan0"] == 1
    assert found["mpmanager_paths_omitted",] == len(many) - MOST_PATHS


def test_a_cap_is_told_only_where_there_is_one():
    found = values(seen(paths=[WIFI, replace(LTE, cap=CapInfo(month_bytes=5_000_000_000))]))
    assert found["mpmanager_path_cap_bytes", "month", "wwan0"] == 5_000_000_000
    assert ("mpmanager_path_cap_bytes", "day", "wwan0") not in found
    assert ("mpmanager_path_cap_bytes", "month", "wlan0") not in found


def test_labels_are_quoted_and_large_counters_exact():
    label = 'a"b\\c\nd'
    sample = Sample(value=2**62 + 1, labels={"path": label})
    text = exposition([Metric(name="x_total", kind=MetricKind.COUNTER, meaning="two\nlines", samples=(sample,))])
    assert str(2**62 + 1) in text
    (family,) = text_string_to_metric_families(text)
    assert family.samples[0].labels == {"path": label}


def test_a_fence_that_is_made_anew_takes_nothing_back():
    counts = DropCounts()
    fence = FenceInfo(
        cgroup="/a", interface_index=1, passed_packets=0, passed_bytes=0, dropped_packets=5, dropped_bytes=500, path="w"
    )
    assert counts.take([fence])["w"] == (5, 500)
    assert counts.take([fence])["w"] == (5, 500)
    assert counts.take([])["w"] == (5, 500)
    assert counts.take([replace(fence, dropped_packets=2, dropped_bytes=100)])["w"] == (7, 600)
    assert counts.take([replace(fence, dropped_packets=1, dropped_bytes=50)])["w"] == (8, 650)


def test_others_events_are_counted_for_those_who_may_see_them():
    journal = Journal(wall_clock=lambda: 0.0)
    journal.record(EventKind.PATH_UP, "up")
    journal.record(EventKind.STEERED, "one's own", uid=1000)
    journal.record(EventKind.STEERED, "another's", uid=1001)
    assert journal.counts(lambda uid: uid == 1000) == {EventKind.PATH_UP: 1, EventKind.STEERED: 1}
    assert journal.counts(lambda _uid: True)[EventKind.STEERED] == 2


def test_users_without_end_are_counted_together_and_belong_to_nobody():
    journal = Journal(wall_clock=lambda: 0.0)
    for uid in range(1000):
        journal.record(EventKind.STEERED, "one's own", uid=uid)
    assert journal.counts(lambda uid: uid == 999)[EventKind.STEERED] == 0
    assert journal.counts(lambda _uid: True)[EventKind.STEERED] == 1000
