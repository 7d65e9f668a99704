"""What the kernel's settings of Multipath TCP may be, and the file that keeps them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.core.sysctls import checked, choices, described, file_text, found, parse_file, warning
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.sysctl import KNOWN, SysctlKind

VALUES = {
    **{each.name: each.default or "" for each in KNOWN},
    "available_schedulers": "default roundrobin",
    "available_path_managers": "kernel userspace",
    "brand_new": "7",
}


def test_every_setting_that_is_known_is_explained_and_has_a_default_that_is_allowed():
    for each in KNOWN:
        assert each.meaning.endswith(".")
        if each.refusal is None:
            assert checked(each.name, each.default, VALUES) == each.default
        assert set(each.warnings or {}).isdisjoint({each.default})


def test_all_settings_of_linux_6_1_to_6_18_are_known():
    assert {each.name for each in KNOWN} >= {
        "add_addr_timeout",
        "allow_join_initial_addr_port",
        "available_path_managers",
        "available_schedulers",
        "blackhole_timeout",
        "checksum_enabled",
        "close_timeout",
        "enabled",
        "path_manager",
        "pm_type",
        "scheduler",
        "stale_loss_cnt",
        "syn_retrans_before_tcp_fallback",
    }


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("enabled", "0", "0"),
        ("stale_loss_cnt", " 007 ", "7"),
        ("syn_retrans_before_tcp_fallback", "255", "255"),
        ("blackhole_timeout", "0", "0"),
        ("scheduler", "roundrobin", "roundrobin"),
    ],
)
def test_a_value_in_range_is_taken_as_the_kernel_writes_it(name, text, value):
    assert checked(name, text, VALUES) == value


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("enabled", "2", "net.mptcp.enabled: '2' is none of 0, 1"),
        ("enabled", "on", "net.mptcp.enabled: 'on' is none of 0, 1"),
        ("stale_loss_cnt", "-1", "'-1' is not a whole number from 0 to 1000000"),
        ("stale_loss_cnt", "\N{SUPERSCRIPT TWO}", "is not a whole number"),
        ("stale_loss_cnt", "4\n5", "is not a whole number"),
        ("syn_retrans_before_tcp_fallback", "256", "from 0 to 255"),
        ("add_addr_timeout", "1.5", "'1.5' is not a whole number of seconds from 0 to 2000000"),
        ("scheduler", "fastest", "'fastest' is none of default, roundrobin"),
        ("path_manager", "kernel", "net.mptcp.path_manager cannot be set: mpmanagerd manages connections here"),
        ("pm_type", "0", "net.mptcp.pm_type cannot be set: mpmanagerd manages connections here"),
        ("available_schedulers", "x", "cannot be set: the kernel only tells it"),
        ("brand_new", "8", "net.mptcp.brand_new cannot be set: it is not known to mpmanager"),
    ],
)
def test_what_may_not_be_is_refused_with_the_reason(name, text, words):
    with pytest.raises(InvalidValueError, match=re.escape(words)):
        checked(name, text, VALUES)


def test_a_setting_is_found_with_and_without_its_prefix():
    assert found("enabled", VALUES) == found("net.mptcp.enabled", VALUES) == "enabled"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("close_timeout", "this kernel has no net.mptcp.close_timeout; there are: enabled"),
        ("net.mptcp.nonsense", "there is no net.mptcp.nonsense; there are: enabled"),
        ("../../kernel/core_pattern", "there is no net.mptcp.../../kernel/core_pattern"),
        ("net.ipv4.ip_forward", "there is no net.mptcp.net.ipv4.ip_forward"),
    ],
)
def test_what_this_kernel_does_not_have_is_said_with_what_it_has(name, words):
    with pytest.raises(InvalidValueError, match=re.escape(words)):
        found(name, {"enabled": "1"})


def test_a_setting_of_a_newer_kernel_is_described_as_unknown_and_has_no_choices():
    unknown = described("brand_new")
    assert (unknown.kind, unknown.default) == (SysctlKind.UNKNOWN, None)
    assert choices(unknown, VALUES) == ()


def test_a_value_that_works_against_mpmanager_is_warned_of():
    assert "nothing for mpmanager to manage" in warning("enabled", "0")
    assert warning("enabled", "1") is None
    assert warning("brand_new", "0") is None


@given(st.dictionaries(st.sampled_from([each.name for each in KNOWN]), st.text("abc019_-.", min_size=1)))
def test_a_file_is_read_as_it_was_written(kept):
    assert parse_file(file_text(kept)) == kept


def test_only_lines_about_multipath_tcp_count_however_they_are_written():
    text = """\
# net.mptcp.enabled = 0
; a remark
net.ipv4.ip_forward = 1
-net.mptcp.stale_loss_cnt=2
net/mptcp/close_timeout = 30
net.mptcp.scheduler
"""
    assert parse_file(text) == {"stale_loss_cnt": "2", "close_timeout": "30"}
