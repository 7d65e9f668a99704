"""Signs of life: as often as they are wanted, and none that the daemon's work has not earned."""

from mpmanager.daemon.liveness import Liveness


class Systemd:
    def __init__(self, watchdog_s):
        self.watchdog_s = watchdog_s
        self.told = []

    def tell(self, **fields):
        self.told.append(fields)


class Watched:
    def __init__(self, *, watchdog_s=30.0):
        self.now = 1000.0
        self.systemd = Systemd(watchdog_s)
        self.liveness = Liveness(self.systemd, clock=lambda: self.now, status=lambda: "Managing")

    def work(self, *, for_s, every_s):
        """The times since the beginning at which signs of life were sent."""
        begin, signs = self.now, []
        while self.now < begin + for_s:
            before = len(self.systemd.told)
            self.liveness.progressed()
            if len(self.systemd.told) > before:
                signs.append(self.now - begin)
            self.now += every_s
        return signs


def test_the_start_and_the_end_are_told():
    watched = Watched()
    watched.liveness.ready()
    watched.liveness.stopping()
    assert watched.systemd.told == [
        {"READY": "1", "STATUS": "Managing"},
        {"STOPPING": "1", "STATUS": "Handing everything back"},
    ]


def test_a_daemon_that_works_gives_several_signs_before_one_is_missed():
    assert Watched().work(for_s=30, every_s=5) == [0, 10, 20]


def test_a_daemon_that_works_fast_gives_no_more_signs_than_that():
    assert len(Watched().work(for_s=30, every_s=0.125)) == 3


def test_a_daemon_whose_work_does_not_go_on_gives_none():
    watched = Watched()
    watched.work(for_s=1, every_s=1)
    watched.now += 3600
    assert len(watched.systemd.told) == 1


def test_what_it_is_doing_is_told_without_a_watchdog_too_but_rarely():
    assert Watched(watchdog_s=None).work(for_s=60, every_s=5) == [0, 30]
