"""What is read from the files of programs: real ones of this machine, made ones, and damaged ones."""

import os
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mpmanager.linux.executables import look_at, machine_of

AMD64, I386 = (2, 62), (1, 3)
_NAMES = b"\0.go.buildinfo\0.shstrtab\0"


def elf(*, interpreter=b"/lib64/ld.so\0", go=None):
    """A 64-bit ELF file with as little in it as can be: header, program headers, sections, their contents."""
    contents = [go, _NAMES] if go is not None else [_NAMES]
    programs = 1 if interpreter else 0
    sections_at = 64 + 56 * programs
    contents_at = sections_at + 64 * (len(contents) + 1)
    header = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    header += struct.pack(
        "<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, sections_at, 0, 64, 56, programs, 64, len(contents) + 1, len(contents)
    )
    body = struct.pack("<IIQQQQQQ", 3, 4, 0, 0, 0, len(interpreter), 0, 1) if interpreter else b""
    body += bytes(64)
    offset = contents_at
    for number, content in enumerate(contents):
        name = 1 if go is not None and number == 0 else _NAMES.index(b".shstrtab")
        body += struct.pack("<IIQQQQIIQQ", name, 1, 0, 0, offset, len(content), 0, 0, 1, 0)
        offset += len(content)
    return header + body + b"".join(contents)


def go_information(version, *, is_inline=True):
    """As the Go linker writes it from 1.18 on, or with the version elsewhere, as before."""
    head = b"\xff Go buildinf:" + bytes([8, 2 if is_inline else 0])
    return head.ljust(32, b"\0") + bytes([len(version)]) + version.encode() + b"\0modules"


@pytest.fixture
def place(tmp_path):
    """Writes programs, which are found by their names."""

    def write(name, content):
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o755)
        return name

    return write


@pytest.fixture
def found(tmp_path):
    return lambda name: look_at(name, {"PATH": str(tmp_path)})


def test_a_program_that_names_a_dynamic_linker_is_dynamic(place, found):
    place("dynamic", elf())
    place("static", elf(interpreter=b""))
    assert (found("dynamic").is_dynamic, found("static").is_dynamic) == (True, False)
    assert (found("dynamic").machine, found("dynamic").go_version) == (AMD64, None)


@pytest.mark.parametrize(
    ("information", "version"),
    [
        (go_information("go1.21.3"), (1, 21)),
        (go_information("go1.24.0 X:boringcrypto"), (1, 24)),
        (go_information("devel go1.26-abc Thu"), (1, 26)),
        (go_information("strange"), (0, 0)),
        (go_information("go1.17", is_inline=False), (0, 0)),
        (go_information("go1.21.3")[:20], (0, 0)),
        (b"something else", None),
    ],
    ids=["a release", "with additions", "of a branch", "of somebody", "before 1.18", "cut off", "another section"],
)
def test_the_version_of_go_is_read_from_what_its_linker_has_left(place, found, information, version):
    place("program", elf(interpreter=b"", go=information))
    assert found("program").go_version == version


def test_of_a_script_it_is_the_interpreter_that_counts(place, found, tmp_path):
    place("interpreter", elf())
    place("script", f"#!{tmp_path}/interpreter -u\nprint()\n".encode())
    place("script of a script", f"#! {tmp_path}/script\n".encode())
    place("by name", b"#!/usr/bin/env -S A=1 interpreter -u\n")
    for name in ("script", "script of a script", "by name"):
        assert found(name).path == f"{tmp_path}/interpreter"


def test_scripts_in_a_circle_are_no_program(place, found, tmp_path):
    place("script", f"#!{tmp_path}/script\n".encode())
    assert found("script") is None


@pytest.mark.parametrize("content", [b"", b"echo hi\n", b"#!\n", b"#!/no/such/thing\n", b"\x7fELF", elf()[:70]])
def test_what_is_no_program_is_none(place, found, content):
    place("program", content)
    assert found("program") is None


def test_what_is_not_there_or_not_executable_is_none(found, tmp_path):
    (tmp_path / "data").write_bytes(elf())
    assert found("data") is None
    assert found("nothing") is None


def test_a_path_is_taken_as_it_is(place, found, tmp_path):
    place("program", elf())
    assert look_at(f"{tmp_path}/program", {}).path == f"{tmp_path}/program"


def test_rights_of_a_file_count_where_they_are_not_ones_own(place, found, tmp_path):
    place("program", elf())
    (tmp_path / "program").chmod(0o4755)
    assert not found("program").has_rights, "whoever owns it gains nothing"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give a file away")
def test_a_set_uid_or_set_gid_program_of_somebody_else_has_rights(place, found, tmp_path):
    for name, mode in (("user", 0o4755), ("group", 0o2755)):
        place(name, elf())
        os.chown(tmp_path / name, 65534, 65534)
        (tmp_path / name).chmod(mode)
        assert found(name).has_rights


def test_this_very_interpreter_is_recognised():
    executable = look_at(sys.executable, os.environ)
    assert Path(executable.path).is_file()
    assert executable.go_version is None


def test_a_library_is_made_for_a_kind_of_processor(place, tmp_path):
    place("library", elf())
    assert machine_of(tmp_path / "library") == AMD64
    assert machine_of(tmp_path / "nothing") is None


@settings(max_examples=300, deadline=None)
@example(place_=0, value=b"#!", cut=8)
@given(place_=st.integers(0, 400), value=st.binary(min_size=1, max_size=16), cut=st.integers(0, 500) | st.none())
def test_no_damage_to_a_file_is_more_than_none_or_another_answer(tmp_path_factory, place_, value, cut):
    file = tmp_path_factory.getbasetemp() / "damaged"
    content = bytearray(elf(go=go_information("go1.22")))
    content[place_ : place_ + len(value)] = value
    file.write_bytes(content[:cut])
    file.chmod(0o755)
    look_at(str(file), {})
