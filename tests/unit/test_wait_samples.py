"""Which unwatched connections are looked at, and how long their data is found to wait."""

from ipaddress import ip_address

from mpmanager.core.ledger import Ledger
from mpmanager.core.wait_samples import MOST_OBSERVED, WaitSamples
from mpmanager.model.connection import ConnectionSample, Endpoint, FourTuple, ProcessKey, SubflowSample, TcpState
from mpmanager.model.names import AddressId, Token
from mpmanager.model.progress import Progress

HERE, THERE = ip_address("10.0.0.1"), ip_address("192.0.2.1")


class Stage:
    """Connections that write, and a sampler that looks at them every 20 ms."""

    def __init__(self, count=1):
        self.ledger = Ledger()
        self.samples = WaitSamples()
        self.accounts = [self._open(number) for number in range(count)]

    def _open(self, number):
        flow = FourTuple(Endpoint(HERE, 40000 + number), Endpoint(THERE, 443))
        account = self.ledger.open(Token(number), flow, is_server_side=False, now=0.0)
        self.write(account, 0)
        return account

    def write(self, account, written):
        owner = ProcessKey(1, 0, 1)
        state, token, flow = TcpState.ESTABLISHED, account.token, account.flow
        subflow = SubflowSample(
            token, flow, AddressId(0), AddressId(0), state, False, False, True, True, 0, 30.0, written, 0, 0
        )
        self.ledger.look(token, ConnectionSample(token, flow, state, owner, False, written, 0, written), [subflow])

    def choose(self, now):
        self.samples.choose(self.accounts, now)

    def look(self, now, write_seq, snd_una):
        self.samples.take(Progress(Token(0), write_seq, snd_una, 0), now)
        self.samples.end_look(now)


def test_only_those_that_send_are_looked_at_and_of_many_the_busiest():
    stage = Stage(MOST_OBSERVED + 4)
    stage.choose(0.0)
    assert stage.samples.tokens == frozenset()
    for number, account in enumerate(stage.accounts):
        stage.write(account, 10 * number)
    stage.choose(5.0)
    assert stage.samples.tokens == set(range(4, MOST_OBSERVED + 4))
    stage.choose(10.0)
    assert stage.samples.tokens == frozenset()


def test_data_counts_by_its_wait_beyond_the_round_trip_also_when_nobody_looks_any_more():
    stage = Stage()
    stage.write(stage.accounts[0], 100)
    stage.choose(0.0)
    stage.look(0.00, 1000, 900)  # how long these 100 bytes have waited nobody knows
    stage.look(0.02, 3000, 1000)
    stage.look(0.04, 3000, 1000)
    stage.look(0.06, 3500, 3000)  # 50 ms after it was written, 20 of them beyond the round trip
    stage.look(1.06, 3500, 3000)
    stage.look(1.08, 3500, 3500)
    stage.choose(5.0)
    waits = stage.samples.take_waits()
    assert {key: each.classes for key, each in waits.items()} == {stage.accounts[0].key: [2000, 0, 0, 0, 0, 500]}
    assert stage.samples.take_waits() == {}
