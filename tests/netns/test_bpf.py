"""What libbpf and the kernel say when they refuse, and the file system of pins."""

import os
import subprocess
from pathlib import Path

import pytest

from mpmanager.linux import bpf, mounts
from mpmanager.model.errors import CommandRefusedError, NotSupportedError


def test_a_refused_object_is_told_in_the_words_of_libbpf(tmp_path):
    broken = tmp_path / "broken.bpf.o"
    broken.write_bytes(b"\x7fELF and nothing more")
    with pytest.raises(CommandRefusedError, match=r"opening broken\.bpf\.o.*\nlibbpf: "):
        bpf.BpfObject(broken, pins=None)


def test_an_object_that_was_never_compiled_is_told_with_what_compiles_it(tmp_path):
    with pytest.raises(NotSupportedError, match=r"fence.bpf.o is not built \(packaging/bpf.sh compiles it\)"):
        bpf.BpfObject(tmp_path / "fence.bpf.o", pins=None)


def test_trying_tells_why_an_object_cannot_be_loaded(tmp_path):
    broken = tmp_path / "broken.bpf.o"
    broken.write_bytes(b"\x7fELF and nothing more")
    trial = bpf.try_loading(broken, [b"\0"])
    assert "broken.bpf.o" in trial.refusal
    assert trial.constants is None


@pytest.fixture
def place():
    made = Path(f"/run/mpmanager-test mount\\{os.getpid()}")
    made.mkdir()
    yield made
    subprocess.run(["umount", made], check=False, stderr=subprocess.DEVNULL)
    made.rmdir()


def test_the_file_system_of_pins_is_mounted_once(place):
    assert not mounts.has_bpffs(place)
    for _ in range(2):
        mounts.mount_bpffs(place)
    assert mounts.has_bpffs(place)
    assert list(mounts.mount_points("bpf")).count(place) == 1


def test_a_mount_that_is_refused_is_told(place):
    with pytest.raises(NotSupportedError, match="mounting it is refused: No such file or directory"):
        mounts.mount_bpffs(place / "nowhere")
