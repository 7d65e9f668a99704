"""The kernel's path manager interface: what it reports, and what it does when it is told to."""

import re
import socket
import sys
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from errno import EADDRINUSE, EADDRNOTAVAIL
from ipaddress import ip_address

import pytest

from mpmanager.lab.namespaces import write_sysctls
from mpmanager.linux import mptcp_pm
from mpmanager.linux.mptcp_pm import LinuxPathManager
from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.errors import CommandRefusedError, ConnectionGoneError, ManagedElsewhereError, NotSupportedError
from mpmanager.model.names import Token
from mpmanager.model.pathmanager import (
    AddressAnnounced,
    AddressWithdrawn,
    AnnounceAddress,
    ConnectionClosed,
    ConnectionCreated,
    ConnectionEstablished,
    DestroySubflow,
    SetBackup,
    SubflowClosed,
    SubflowEstablished,
    WithdrawAddress,
)
from netns.stage import (
    Manager,
    Talk,
    Witness,
    lab_of_two_links,
    listening,
    on_the_laptop,
    standing_in,
    token_of,
    until,
    witnesses,
)

pytestmark = pytest.mark.netns

KINDS_OF_CONNECTION = pytest.mark.parametrize(
    "options", [{}, {"version": 6}, {"is_mapped": True}], ids=["IPv4", "IPv6", "v4-mapped"]
)


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("pm") as made:
        yield made


@pytest.fixture
def manager(lab, tmp_path):
    """Makes path managers of a place; a block closes them."""
    return lambda place="laptop": closing(Manager(lab, place, tmp_path))


def mirrored(flow):
    return FourTuple(flow.remote, flow.local)


def sysctl(lab, place="laptop"):
    return lab.run(["cat", "/proc/sys/net/mptcp/path_manager"], place=place).stdout.strip()


def test_the_namespace_is_taken_over_and_handed_back(lab, tmp_path):
    remembered = tmp_path / "remembered"

    @on_the_laptop
    async def take_and_hand_back(lab):
        with closing(LinuxPathManager(remembered=remembered)) as adapter:
            assert (adapter.current(), sysctl(lab)) == ("kernel", "kernel")
            adapter.take_over()
            assert (adapter.current(), sysctl(lab)) == ("userspace", "userspace")
            assert sysctl(lab, "server") == "kernel", "nobody else's namespace is touched"
            adapter.hand_back()
            adapter.hand_back()
            assert (adapter.current(), sysctl(lab)) == ("kernel", "kernel")
            assert not remembered.exists()

    take_and_hand_back(lab)


KILLED = """
import os, signal, sys
from pathlib import Path
from mpmanager.linux.mptcp_pm import LinuxPathManager
LinuxPathManager(remembered=Path(sys.argv[1])).take_over()
os.kill(os.getpid(), signal.SIGKILL)
"""


def take_over_and_be_killed(lab, remembered):
    assert lab.run([sys.executable, "-c", KILLED, str(remembered)], check=False).returncode == -9
    assert sysctl(lab) == "userspace"


@on_the_laptop
async def test_what_a_killed_daemon_took_over_is_handed_back_by_the_next(lab, tmp_path):
    take_over_and_be_killed(lab, tmp_path / "remembered")
    with closing(LinuxPathManager(remembered=tmp_path / "remembered")) as next_one:
        next_one.take_over()
        assert next_one.current() == "userspace"
        next_one.hand_back()
        assert next_one.current() == "kernel"


@on_the_laptop
async def test_a_namespace_that_was_taken_over_without_a_note_goes_back_to_the_kernel(lab, tmp_path):
    take_over_and_be_killed(lab, tmp_path / "lost")
    with closing(LinuxPathManager(remembered=tmp_path / "another")) as next_one:
        next_one.take_over()
        next_one.hand_back()
        assert next_one.current() == "kernel"


@on_the_laptop
async def test_handing_back_what_was_not_taken_changes_nothing(lab, tmp_path):
    with closing(LinuxPathManager(remembered=tmp_path / "remembered")) as adapter:
        adapter.hand_back()
        assert adapter.current() == "kernel"


@on_the_laptop
async def test_a_namespace_whose_note_is_damaged_goes_back_to_the_kernel(lab, tmp_path):
    with closing(LinuxPathManager(remembered=tmp_path / "remembered")) as adapter:
        for damaged in (b"\xffnonsense", b"", b"kern"):
            adapter.take_over()
            (tmp_path / "remembered").write_bytes(damaged)
            adapter.hand_back()
            assert adapter.current() == "kernel", damaged


@on_the_laptop
async def test_a_disk_that_takes_no_note_is_no_reason_not_to_manage(lab, tmp_path, caplog):
    with closing(LinuxPathManager(remembered=tmp_path / "missing" / "remembered")) as adapter:
        adapter.take_over()
        assert adapter.current() == "userspace"
        assert "missing/remembered: No such file or directory" in caplog.text
        adapter.hand_back()
        assert adapter.current() == "kernel"


@on_the_laptop
async def test_a_namespace_has_one_manager_at_a_time(lab, tmp_path):
    with (
        closing(LinuxPathManager(remembered=tmp_path / "first")) as first,
        closing(LinuxPathManager(remembered=tmp_path / "second")) as second,
    ):
        first.take_over()
        with pytest.raises(NotSupportedError, match="another mpmanagerd"):
            second.take_over()
        second.hand_back()
        assert first.current() == "userspace"
        first.hand_back()
        second.take_over()
        second.hand_back()
        assert second.current() == "kernel"


@on_the_laptop
async def test_whether_events_wait_is_known_before_they_are_delivered(lab, manager):
    with manager() as own:
        assert not own.adapter.has_news()
        with Talk(lab) as talk:
            talk.send_up(1)
            assert own.adapter.has_news(), "the event loop has not turned since"
            await own.event(ConnectionEstablished, talk.token)
            assert not own.adapter.has_news()


WITHOUT_RIGHTS = """
import asyncio, sys
from pathlib import Path
from mpmanager.linux.mptcp_pm import LinuxPathManager
from mpmanager.model.errors import NotSupportedError

async def main():
    adapter = LinuxPathManager(remembered=Path(sys.argv[1]))
    try:
        adapter.listen(print, print)
    except NotSupportedError as error:
        print(error)
    adapter.close()

asyncio.run(main())
"""


def test_listening_without_the_right_to_it_says_what_is_missing(lab, tmp_path):
    command = ["unshare", "--user", "--map-root-user", sys.executable, "-c", WITHOUT_RIGHTS, str(tmp_path / "note")]
    assert lab.run(command).stdout == "listening to MPTCP events needs CAP_NET_ADMIN (run as root)\n"


@KINDS_OF_CONNECTION
@on_the_laptop
async def test_a_connection_is_reported_from_its_first_to_its_last_day(lab, manager, options):
    with manager() as here, manager("server") as there, Talk(lab, **options) as talk:
        created = await here.event(ConnectionCreated, talk.token)
        assert created == ConnectionCreated(token=talk.token, flow=talk.flow, is_server_side=False)
        talk.send_up(1)
        established = await here.event(ConnectionEstablished, talk.token)
        assert established == ConnectionEstablished(
            token=talk.token, flow=talk.flow, is_server_side=False, is_initial_address_forbidden=False
        )
        token_there = token_of(talk.server)
        seen_there = await there.event(ConnectionEstablished, token_there)
        assert seen_there == ConnectionEstablished(
            token=token_there, flow=talk.flow_at_server, is_server_side=True, is_initial_address_forbidden=False
        )
        assert (await there.event(ConnectionCreated, token_there)).is_server_side
        token_here = talk.token
        talk.client.close()
        talk.server.close()
        await here.event(ConnectionClosed, token_here)
        await there.event(ConnectionClosed, token_there)
        assert [type(each) for each in here.events if each.token == token_here] == [
            ConnectionCreated,
            ConnectionEstablished,
            ConnectionClosed,
        ]


@on_the_laptop
async def test_a_peer_that_forbids_joins_to_its_address_is_reported(lab, manager):
    setting = "net.mptcp.allow_join_initial_addr_port"
    write_sysctls(lab.namespace("server"), {setting: 0})
    try:
        with manager() as here, Talk(lab) as talk:
            talk.send_up(1)
            assert (await here.event(ConnectionEstablished, talk.token)).is_initial_address_forbidden
    finally:
        write_sysctls(lab.namespace("server"), {setting: 1})


@pytest.mark.parametrize("is_backup", [False, True])
@KINDS_OF_CONNECTION
@on_the_laptop
async def test_a_created_subflow_stands_on_both_sides(lab, manager, options, is_backup):
    with (
        manager() as here,
        manager("server") as there,
        witnesses(lab) as (client, server),
        Talk(lab, **options) as talk,
    ):
        talk.send_up(1)
        seen = await here.join(talk, local_id=5, is_backup=is_backup)
        version = talk.flow.local.address.version
        assert seen.flow.local.address == lab.laptop_address("dsl0", version=version)
        assert seen.flow.remote == talk.flow.remote
        assert (seen.local_id, seen.remote_id, seen.is_backup_there) == (5, 0, False)
        assert seen.interface_index == socket.if_nametoindex("dsl0")
        seen_there = await there.event(SubflowEstablished, token_of(talk.server))
        assert seen_there == SubflowEstablished(
            token=token_of(talk.server),
            flow=mirrored(seen.flow),
            local_id=0,
            remote_id=5,
            is_backup_there=is_backup,
        )
        assert client.subflow_of(seen.flow).is_backup_here == is_backup
        assert server.subflow_of(mirrored(seen.flow)).is_backup_there == is_backup


@on_the_laptop
async def test_a_created_subflow_leaves_by_its_interface_from_the_stated_port(lab, manager):
    with manager() as here, Talk(lab) as talk:
        talk.send_up(1)
        before = lab.link_state("dsl0").up.packets
        seen = await here.join(talk, port=45_678)
        assert seen.flow.local.port == 45_678
        # `lab` routes everything by wlan0 unless it is bound.
        assert lab.link_state("dsl0").up.packets > before
        assert "10.77.2.2%dsl0:45678" in lab.run(["ss", "-tn"]).stdout


@on_the_laptop
async def test_a_backup_carries_nothing_until_it_is_a_backup_no_more(lab, manager):
    with manager() as here, witnesses(lab) as (client, server), Talk(lab) as talk:
        talk.send_up(1)
        joined = await here.join(talk, is_backup=True)
        talk.send_up(200_000)
        assert client.subflow_of(joined.flow).tx_bytes == 0
        initial = SetBackup(token=talk.token, flow=talk.flow, local_id=0, is_backup=True)
        here.execute(SetBackup(token=talk.token, flow=joined.flow, local_id=1, is_backup=False))
        here.execute(initial)
        await until(lambda: server.subflow_of(talk.flow_at_server).is_backup_there, "the peer has heard it")
        flags = {each.flow: each.is_backup_here for each in client.subflows_of(talk.token)}
        assert flags == {talk.flow: True, joined.flow: False}
        before = client.subflow_of(talk.flow)
        talk.send_up(200_000)
        talk.send_down(200_000)
        after = client.subflow_of(talk.flow)
        assert (after.tx_bytes, after.rx_bytes) == (before.tx_bytes, before.rx_bytes)
        here.execute(replace(initial, is_backup=False))
        await until(lambda: not server.subflow_of(talk.flow_at_server).is_backup_there, "the peer has heard that, too")


@on_the_laptop
async def test_setting_a_backup_flag_reports_no_event_that_is_not_understood(lab, manager):
    with manager() as here, manager("server") as there, witnesses(lab) as (_client, server), Talk(lab) as talk:
        talk.send_up(1)
        joined = await here.join(talk)
        await there.event(SubflowEstablished, token_of(talk.server))
        here.execute(SetBackup(token=talk.token, flow=joined.flow, local_id=1, is_backup=True))
        await until(lambda: server.subflow_of(mirrored(joined.flow)).is_backup_there, "the peer has heard it")
        kinds = [ConnectionCreated, ConnectionEstablished, SubflowEstablished]
        assert [type(each) for each in here.events if each.token == talk.token] == kinds
        assert [type(each) for each in there.events if each.token == token_of(talk.server)] == kinds


@KINDS_OF_CONNECTION
@on_the_laptop
async def test_a_destroyed_subflow_is_gone_on_both_sides_and_the_other_carries_on(lab, manager, options):
    with (
        manager() as here,
        manager("server") as there,
        witnesses(lab) as (client, server),
        Talk(lab, **options) as talk,
    ):
        talk.send_up(1)
        joined = (await here.join(talk, local_id=5)).flow
        here.execute(DestroySubflow(token=talk.token, flow=joined))
        closed = await here.event(SubflowClosed, talk.token)
        assert (closed.flow, closed.local_id, closed.remote_id) == (joined, 5, 0)
        closed_there = await there.event(SubflowClosed, token_of(talk.server))
        assert (closed_there.flow, closed_there.local_id, closed_there.remote_id) == (mirrored(joined), 0, 5)
        await until(
            lambda: client.subflow_of(joined) is None and server.subflow_of(mirrored(joined)) is None, "it is gone"
        )
        talk.send_up(100_000)
        talk.send_down(100_000)


@on_the_laptop
async def test_the_initial_subflow_can_be_destroyed_too(lab, manager):
    with manager() as here, witnesses(lab) as (client, _server), Talk(lab) as talk:
        talk.send_up(1)
        joined = (await here.join(talk)).flow
        here.execute(DestroySubflow(token=talk.token, flow=talk.flow))
        assert (await here.event(SubflowClosed, talk.token)).flow == talk.flow
        talk.send_up(100_000)
        talk.send_down(100_000)
        assert [each.flow for each in client.subflows_of(talk.token)] == [joined]


@pytest.mark.parametrize("version", [4, 6])
@on_the_laptop
async def test_an_announced_address_is_reported_joined_and_withdrawn(lab, manager, version):
    second = ip_address({4: "10.9.9.10", 6: "2001:db8:9::10"}[version])
    with (
        manager() as here,
        manager("server") as there,
        witnesses(lab) as (client, _server),
        Talk(lab, version=version) as talk,
    ):
        talk.send_up(1)
        talk.send_down(1)
        token_there = (await there.event(ConnectionEstablished, token_of(talk.server))).token
        with standing_in(lab, "server"):
            index = socket.if_nametoindex("eth0")
        there.execute(AnnounceAddress(token=token_there, local=second, local_id=9, interface_index=index))
        announced = await here.event(AddressAnnounced, talk.token)
        assert (announced.remote_id, announced.remote.address) == (9, second)
        assert announced.remote.port in {0, talk.flow.remote.port}
        joined = await here.join(talk, remote=Endpoint(second, talk.flow.remote.port))
        assert joined.remote_id == 9
        there.execute(WithdrawAddress(token=token_there, local_id=9))
        withdrawn = await here.event(AddressWithdrawn, talk.token)
        assert withdrawn == AddressWithdrawn(token=talk.token, remote_id=9)
        assert (await here.event(SubflowClosed, talk.token)).flow == joined.flow
        await until(lambda: client.subflow_of(joined.flow) is None, "its subflow is gone")
        talk.send_up(1000)


@on_the_laptop
async def test_a_withdrawn_local_address_makes_the_peer_drop_its_subflow(lab, manager):
    with manager() as here, manager("server") as there, witnesses(lab) as (_client, server), Talk(lab) as talk:
        talk.send_up(1)
        joined = (await here.join(talk, local_id=3)).flow
        here.execute(WithdrawAddress(token=talk.token, local_id=3))
        token_there = token_of(talk.server)
        assert (await there.event(AddressWithdrawn, token_there)).remote_id == 3
        await until(lambda: server.subflow_of(mirrored(joined)) is None, "the peer's end is gone")
        assert (await here.event(SubflowClosed, talk.token)).flow == joined


@on_the_laptop
async def test_listeners_that_come_and_go_are_no_events(lab, manager):
    with manager("server") as there, Talk(lab) as talk:
        talk.send_up(1)
        listening(lab).close()
        await there.event(ConnectionEstablished, token_of(talk.server))
        assert {each.token for each in there.events} == {token_of(talk.server)}


def refusal(manager, command):
    with pytest.raises(CommandRefusedError) as caught:
        manager.execute(command)
    assert type(caught.value) is CommandRefusedError
    return caught.value


@on_the_laptop
async def test_what_the_kernel_refuses_is_refused_in_its_words(lab, manager):
    with manager() as here, witnesses(lab) as (client, _server), Talk(lab) as talk:
        talk.send_up(1)
        joined = await here.join(talk, local_id=1, port=45_001)
        join = here.joining(talk, local_id=2, link="wlan0")
        nobody = replace(talk.flow, local=Endpoint(talk.flow.local.address, 1))
        not_ours = replace(join, local=Endpoint(ip_address("192.0.2.1"), 0))
        taken = replace(here.joining(talk), local=joined.flow.local)
        with pytest.raises(ConnectionGoneError, match=r"^CreateSubflow: invalid token$"):
            here.execute(replace(join, token=Token(1)))
        assert refusal(here, not_ours).errno == EADDRNOTAVAIL
        assert "did not match address and id" in str(refusal(here, replace(join, local_id=1)))
        assert refusal(here, taken).errno == EADDRINUSE
        for command in (
            DestroySubflow(token=talk.token, flow=nobody),
            WithdrawAddress(token=talk.token, local_id=77),
            SetBackup(token=talk.token, flow=nobody, local_id=0, is_backup=True),
        ):
            assert re.fullmatch(rf"{type(command).__name__}: \w.*", str(refusal(here, command)))
        assert {each.flow for each in client.subflows_of(talk.token)} == {talk.flow, joined.flow}


@on_the_laptop
async def test_nothing_can_join_a_connection_that_has_ended(lab, manager):
    with manager() as here, Talk(lab) as talk:
        talk.send_up(1)
        await here.event(ConnectionEstablished, talk.token)
        join = here.joining(talk)
        talk.client.close()
        talk.server.close()
        await here.event(ConnectionClosed, join.token)
        with pytest.raises(ConnectionGoneError, match=r"^CreateSubflow: invalid token$"):
            here.execute(join)


@on_the_laptop
async def test_a_connection_made_before_is_managed_elsewhere(lab, manager):
    with Talk(lab) as talk, closing(Witness(lab, "laptop")) as client:
        talk.send_up(1)
        with manager() as here:
            join = here.joining(talk)
            for command in (
                join,
                DestroySubflow(token=talk.token, flow=talk.flow),
                WithdrawAddress(token=talk.token, local_id=0),
                SetBackup(token=talk.token, flow=talk.flow, local_id=0, is_backup=True),
                AnnounceAddress(
                    token=talk.token, local=join.local.address, local_id=1, interface_index=join.interface_index
                ),
            ):
                with pytest.raises(ManagedElsewhereError, match="userspace PM not selected"):
                    here.execute(command)
        assert [each.flow for each in client.subflows_of(talk.token)] == [talk.flow]


@on_the_laptop
async def test_lost_events_are_reported_and_later_ones_arrive(lab, manager, monkeypatch):
    monkeypatch.setattr(mptcp_pm, "_EVENT_BUFFER_BYTES", 1)
    with manager() as here:
        monkeypatch.undo()
        with ExitStack() as stack:
            for _ in range(20):
                stack.enter_context(Talk(lab)).send_up(1)
        # Nobody has read meanwhile: 40 events and more, of which two or three have room.
        await until(lambda: here.losses, "the loss is reported")
        assert await is_heard_again(lab, here)


async def is_heard_again(lab, manager):
    """Of a connection made now, or of the next: the first ones may still find the buffer full."""
    for _ in range(20):
        with Talk(lab) as late, suppress(AssertionError):
            return await until(lambda flow=late.flow: created(manager, flow), "its event", within_s=0.3)
    return False


def created(manager, flow):
    return any(isinstance(each, ConnectionCreated) and each.flow == flow for each in manager.events)


@on_the_laptop
async def test_a_closed_path_manager_listens_no_more(lab, manager):
    with manager() as here:
        pass
    with Talk(lab) as talk:
        talk.send_up(1)
    assert here.events == []


@KINDS_OF_CONNECTION
@on_the_laptop
async def test_the_first_subflow_can_be_marked_and_destroyed_on_both_sides(lab, manager, options):
    with (
        manager() as here,
        manager("server") as there,
        witnesses(lab) as (client, server),
        Talk(lab, **options) as talk,
    ):
        talk.send_up(1)
        joined = await here.join(talk, local_id=5, is_backup=False)
        token_there = token_of(talk.server)
        await there.event(SubflowEstablished, token_there)
        here.execute(SetBackup(token=talk.token, flow=talk.flow, local_id=0, is_backup=True))
        assert client.subflow_of(talk.flow).is_backup_here
        there.execute(DestroySubflow(token=token_there, flow=talk.flow_at_server))
        await here.event(SubflowClosed, talk.token)
        talk.send_up(1000)
        assert client.subflow_of(joined.flow).is_backup_here is False
        assert server.subflow_of(mirrored(joined.flow)) is not None
