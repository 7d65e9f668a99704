"""How connections get through the loss of a path, by looks that are handed in."""

import pytest

from mpmanager.core.rehearsal import Watch
from mpmanager.model.names import Token
from mpmanager.model.progress import Progress
from mpmanager.model.rehearsal import Endurance

TOKEN = Token(7)
STEP_S = 0.02
LOST_S, END_S = 1.0, 3.0


def nothing(_time):
    return 0


def endured(written=nothing, acknowledged=nothing, received=nothing, until=END_S):
    """Looks every 20 ms from 0 s on; the path is away from 1 s on."""
    watch = Watch()
    now, is_lost = 0.0, False
    while now < END_S:
        if now >= LOST_S and not is_lost:
            is_lost = True
            watch.lose(now=now)
        here = [Progress(TOKEN, int(written(now)), int(acknowledged(now)), int(received(now)))] if now < until else []
        watch.look(here, now=now)
        now += STEP_S
    return watch.endured(TOKEN)


def paused(rate, begin, end):
    """Bytes until a time, of a stream that pauses in between."""
    return lambda t: rate * (t if t < begin else begin if t < end else t)


def test_an_upload_that_goes_on_elsewhere_has_moved_and_waited_as_long_as_nothing_was_acknowledged():
    found = endured(written=lambda t: 1000 * t + 500, acknowledged=paused(1000, 1.0, 1.5))
    assert found.endurance is Endurance.MOVED
    assert found.waited_s == pytest.approx(0.5, abs=2 * STEP_S)


def test_an_upload_of_which_nothing_is_acknowledged_any_more_has_stalled_all_the_time():
    found = endured(written=lambda t: 1000 * t + 500, acknowledged=paused(1000, 1.0, 9.0))
    assert found.endurance is Endurance.STALLED
    assert found.waited_s == pytest.approx(END_S - LOST_S, abs=3 * STEP_S)


def test_a_download_that_paused_by_itself_before_may_pause_as_long_again():
    found = endured(received=lambda t: 1000 * int(t / 0.2))
    assert found.endurance is Endurance.MOVED
    assert found.waited_s < 0.1


def test_a_download_that_stops_has_stalled():
    found = endured(received=paused(1000, 1.0, 9.0))
    assert found.endurance is Endurance.STALLED
    assert found.waited_s > 1.5


def test_what_was_on_its_way_when_the_path_went_proves_nothing():
    found = endured(received=paused(1000, 1.1, 9.0))
    assert found.endurance is Endurance.STALLED


def test_a_silent_connection_was_not_put_to_the_test():
    found = endured()
    assert (found.endurance, found.waited_s) == (Endurance.IDLE, None)


def test_one_that_is_gone_has_ended():
    assert endured(received=lambda t: 1000 * t, until=2.0).endurance is Endurance.ENDED
    assert Watch().endured(TOKEN).endurance is Endurance.ENDED
