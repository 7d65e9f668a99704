"""A tour replaces the pictures of an earlier one and touches nothing else."""

import os

from mpmanager.cli.pictures import Pictures

FOREIGN = ("holiday.png", "0001-overview-light.png.txt", "10001-live-dark.png", "0001-history-dark.png")


def write(directory, *names):
    for name in names:
        (directory / name).write_bytes(b"picture")
        os.utime(directory / name, ns=(1, 1))  # an hour that no picture of this run has


def names(directory):
    return {each.name for each in directory.iterdir()}


def test_earlier_pictures_go_once_new_ones_have_come_and_foreign_files_stay(tmp_path):
    write(tmp_path, *FOREIGN, "0001-live-dark.png", "0002-live-dark.png")
    (tmp_path / "0003-live-dark.png").mkdir()
    (tmp_path / "0004-live-dark.png").symlink_to(tmp_path / "holiday.png")
    pictures = Pictures(tmp_path)
    (tmp_path / "0001-live-dark.png").write_bytes(b"a new one")
    pictures.remove_earlier()
    assert pictures.new() == [tmp_path / "0001-live-dark.png"]
    assert names(tmp_path) == {*FOREIGN, "0001-live-dark.png", "0003-live-dark.png", "0004-live-dark.png"}


def test_without_new_pictures_the_earlier_ones_stay(tmp_path):
    write(tmp_path, "0001-live-dark.png")
    pictures = Pictures(tmp_path)
    pictures.remove_earlier()
    assert (pictures.new(), names(tmp_path)) == ([], {"0001-live-dark.png"})


def test_a_directory_that_is_not_there_yet_holds_none(tmp_path):
    pictures = Pictures(tmp_path / "later")
    (tmp_path / "later").mkdir()
    write(tmp_path / "later", "0001-overview-light.png")
    assert len(pictures.new()) == 1
