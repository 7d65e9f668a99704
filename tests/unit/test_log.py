"""What is logged cannot pretend to be something else."""

import logging

from mpmanager.daemon.main import log_handler


def test_a_name_with_control_characters_stays_in_its_line_and_commands_no_terminal():
    record = logging.makeLogRecord({"msg": "%s: gone", "args": ("/tmp/a\nmpmanagerd: released\x1b[2J",)})
    assert log_handler().format(record) == "mpmanagerd: /tmp/a\\x0ampmanagerd: released\\x1b[2J: gone"
