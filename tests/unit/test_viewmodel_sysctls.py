"""The kernel's settings in words."""

from msgspec.structs import replace

from mpmanager.api.structures import SysctlInfo
from mpmanager.model.sysctl import SysctlKind
from mpmanager_ui.viewmodels.sysctls import sysctl_row

TIMEOUT = SysctlInfo(
    name="net.mptcp.close_timeout",
    kind=SysctlKind.SECONDS,
    value="30",
    default="60",
    meaning="How long it lives.",
    lowest=0,
    highest=100,
)


def test_a_number_can_be_set_between_its_ends():
    row = sysctl_row(TIMEOUT)
    assert (row.name, row.numbers, row.unit, row.can_be_set) == ("close_timeout", (0, 100), " s", True)
    assert row.notes == ("The kernel's default: 60 s.",)
    assert row.way_back == ""


def test_a_kept_number_says_where_and_leads_back():
    row = sysctl_row(replace(TIMEOUT, before="60", kept="30", kept_in="/etc/sysctl.d/x.conf"))
    assert row.notes[-1] == "Kept as 30 s over restarts, in /etc/sysctl.d/x.conf."
    assert row.way_back == "Back to 60 s"


def test_a_switch_is_on_or_off():
    row = sysctl_row(replace(TIMEOUT, kind=SysctlKind.BOOLEAN, value="1", before="0", default="1"))
    assert row.choices == {"1": "On", "0": "Off"}
    assert row.way_back == "Back to Off"
    assert row.summary.startswith("close_timeout: On. How long it lives.")


def test_what_cannot_be_set_says_why():
    row = sysctl_row(replace(TIMEOUT, refusal="the kernel only tells it"))
    assert not row.can_be_set
    assert row.notes == ("It cannot be set here: the kernel only tells it.",)
