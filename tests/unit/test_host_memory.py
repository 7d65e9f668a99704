"""How long names of addresses are believed, and how many."""

from ipaddress import ip_address

from mpmanager.core.host_memory import LONGEST_S, MOST_ADDRESSES, MOST_NAMES, SHORTEST_S, HostMemory

ADDRESS = ip_address("192.0.2.1")


def test_a_name_is_believed_as_long_as_its_answer_says():
    memory = HostMemory()
    memory.learn(ADDRESS, ["www.example.org"], ttl_s=300.0, now=1000.0)
    assert memory.names_of(ADDRESS, now=1299.0) == {"www.example.org"}
    assert memory.names_of(ADDRESS, now=1300.0) == frozenset()


def test_an_answer_for_no_time_holds_for_a_minute_and_one_for_ever_for_a_day():
    memory = HostMemory()
    memory.learn(ADDRESS, ["short.example.org"], ttl_s=0.0, now=0.0)
    memory.learn(ADDRESS, ["long.example.org"], ttl_s=2.0**31, now=0.0)
    assert memory.names_of(ADDRESS, now=SHORTEST_S - 1) == {"short.example.org", "long.example.org"}
    assert memory.names_of(ADDRESS, now=SHORTEST_S) == {"long.example.org"}
    assert memory.names_of(ADDRESS, now=LONGEST_S) == frozenset()


def test_a_shorter_answer_takes_nothing_from_a_longer_one():
    memory = HostMemory()
    memory.learn(ADDRESS, ["www.example.org"], ttl_s=3600.0, now=0.0)
    memory.learn(ADDRESS, ["www.example.org"], ttl_s=60.0, now=0.0)
    assert memory.names_of(ADDRESS, now=3000.0) == {"www.example.org"}


def test_it_says_whether_a_name_is_new():
    memory = HostMemory()
    assert memory.learn(ADDRESS, ["a.example"], ttl_s=60.0, now=0.0)
    assert not memory.learn(ADDRESS, ["a.example"], ttl_s=60.0, now=30.0)
    assert memory.learn(ADDRESS, ["b.example"], ttl_s=60.0, now=30.0)
    assert memory.learn(ADDRESS, ["a.example"], ttl_s=60.0, now=500.0), "it was forgotten in between"


def test_a_flood_of_addresses_drives_out_those_that_were_learnt_longest_ago():
    memory = HostMemory()
    addresses = [ip_address(0x0A000000 + number) for number in range(MOST_ADDRESSES + 100)]
    for address in addresses:
        memory.learn(address, ["www.example.org"], ttl_s=60.0, now=0.0)
        memory.learn(addresses[0], ["www.example.org"], ttl_s=60.0, now=0.0)
    assert len(memory) == MOST_ADDRESSES
    known = {address for address in addresses if memory.names_of(address, now=0.0)}
    assert known == {addresses[0], *addresses[101:]}


def test_a_flood_of_names_for_one_address_drives_out_those_that_were_learnt_longest_ago():
    memory = HostMemory()
    for number in range(MOST_NAMES + 10):
        memory.learn(ADDRESS, [f"n{number}.example"], ttl_s=60.0, now=0.0)
    assert memory.names_of(ADDRESS, now=0.0) == {f"n{number}.example" for number in range(10, MOST_NAMES + 10)}
