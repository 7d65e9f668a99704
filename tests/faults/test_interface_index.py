"""Another interface gets the index that a trusted one had: it inherits nothing of its trust."""

import subprocess
import sys
import threading

import pytest

from end_to_end.cafe import TALKER, Talker
from end_to_end.stage import until
from faults.traffic import CAFE, LTE, run_with

pytestmark = pytest.mark.netns

_OTHER, _GATEWAY = "evil0", "10.66.0.1"


def other_in_its_place(lab, index):
    """The lines that replace LTE by an open network under the same index, with the default route, at once."""
    return (
        f"link del {LTE}",
        f"link add {_OTHER} index {index} type veth peer name evil1",
        f"link set {_OTHER} addrgenmode none",
        "link set evil1 addrgenmode none up",
        f"link set {_OTHER} up",
        f"address add 10.66.0.2/24 dev {_OTHER}",
        f"neighbour add {_GATEWAY} lladdr 02:00:00:00:00:01 dev {_OTHER}",
        f"route add default via {_GATEWAY} dev {_OTHER} metric 1",
    )


def sent_by(lab, link):
    """Packets since it was made."""
    return int(lab.run(["cat", f"/sys/class/net/{link}/statistics/tx_packets"]).stdout)


def test_an_untrusted_interface_with_the_index_of_a_trusted_one_gets_nothing(lab_up, daemon_in, running, trial):
    lab = lab_up(CAFE)
    with lab.facts_file.open("a") as facts:
        facts.write(f'\n[interface.{_OTHER}]\nkind = "wifi"\nsecurity = "open"\nnetwork = "Other"\n')
    daemon = daemon_in(lab)
    index = int(lab.run(["cat", f"/sys/class/net/{LTE}/ifindex"]).stdout)

    def talker(*prefix):
        process = lab.popen(
            [*prefix, sys.executable, str(TALKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        return Talker(process)

    opening = f"open udp {lab.server_address('vault')} 9"
    held, free = talker(*run_with(daemon, "only")), talker()
    assert held.says(opening) == str(lab.laptop_address(LTE))
    is_over, answers = threading.Event(), []

    def go_on():
        """Both on the socket from before and on new ones."""
        while not is_over.wait(0.001):
            answers.append(held.says("ask 1 1"))
            if len(answers) % 5 == 0:
                held.says(opening)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        until(lambda: "sent" in answers, "it sends")
        command = ["ip", "-n", lab.namespace(), "-batch", "-"]
        lines = "\n".join(other_in_its_place(lab, index)) + "\n"
        subprocess.run(command, input=lines, text=True, check=True, timeout=20)
        tried = len(answers)
        other = until(
            lambda: next((each for each in daemon.frame().paths if each.name == _OTHER), None), "the daemon has seen it"
        )
        until(lambda: len(answers) > tried + 50, "it has gone on trying")
    finally:
        is_over.set()
        thread.join()
    assert other.trust == "untrusted"
    assert int(lab.run(["cat", f"/sys/class/net/{_OTHER}/ifindex"]).stdout) == index
    leaked = sent_by(lab, _OTHER)
    assert free.says(opening) == "10.66.0.2"
    free.says("ask 1 1")
    assert sent_by(lab, _OTHER) > leaked, "the counter would have told"
    trial.figure("packets of an `only` program by an untrusted interface that got a trusted one's index", leaked, 0)
    assert leaked == 0
