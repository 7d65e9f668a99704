"""How much waits for answers, whoever asks."""

from mpmanager.daemon.waiting_room import LONGEST_BYTES, MOST_BYTES, MOST_OF_ONE, WaitingRoom

MANY = 10_000


def entered(room, senders, size=0):
    """How many of them may wait."""
    count = 0
    for sender in senders:
        if room.refusal(sender, size, longest=LONGEST_BYTES) is None:
            room.enter(sender, size)
            count += 1
    return count


def test_one_client_has_so_many_questions_and_no_more():
    room = WaitingRoom()
    assert entered(room, ["a"] * MANY) == MOST_OF_ONE
    assert entered(room, ["b"]) == 1


def test_empty_questions_of_clients_that_come_again_and_again_fill_no_memory():
    assert entered(WaitingRoom(), map(str, range(MANY))) < MANY


def test_what_has_left_makes_room():
    room, clients = WaitingRoom(), [str(number) for number in range(MANY)]
    count = entered(room, clients, LONGEST_BYTES)
    assert 0 < count <= MOST_BYTES // LONGEST_BYTES
    for each in clients[:count]:
        room.leave(each, LONGEST_BYTES)
    assert entered(room, clients, LONGEST_BYTES) == count


def test_what_is_too_long_does_not_wait():
    assert "too long" in WaitingRoom().refusal("a", LONGEST_BYTES + 1, longest=LONGEST_BYTES)
