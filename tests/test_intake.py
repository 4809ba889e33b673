"""What people and learning platforms hand in finds its student and its notebook."""

import json
import os
import zipfile

import pytest
from handed_in import NAMES, as_bytes, notebook

from course_grading import intake
from course_grading.intake import collect

BACKWARD, GATES = NAMES[5], NAMES[1]


@pytest.fixture(scope="module")
def files():
    return {name: as_bytes(notebook(name)) for name in (BACKWARD, GATES)}


def collected(folder):
    """The notebooks in submitted/, as STUDENT/ASSIGNMENT."""
    found = (folder / "submitted").rglob("*.ipynb")
    return sorted(str(path.parent.relative_to(folder / "submitted")) for path in found)


PLACES = {
    "Ada Lovelace_12345_assignsubmission_file_/Untitled.ipynb": "Ada Lovelace_12345",
    "Ada Lovelace_12345_assignsubmission_file_Untitled (1).ipynb": "Ada Lovelace_12345",
    "lovelaceada_12345_678_Untitled.ipynb": "lovelaceada_12345",
    "lovelaceada_LATE_12345_678_Untitled-2.ipynb": "lovelaceada_12345",
    f"Lovelace_Ada_12345_late_{BACKWARD}-2.ipynb": "Lovelace_Ada_12345",
    f"ada/{BACKWARD}/{BACKWARD}.ipynb": "ada",
    f"submissions/ada/{BACKWARD}-Copy1.ipynb": "ada",
    "ada/homework.ipynb": "ada",
    "张\u3000三/作业.ipynb": "张\u3000三",
    "O'Brien, Zoë/x.ipynb": "O'Brien, Zoë",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("as_zip", [False, True], ids=["folder", "zip"])
def test_the_student_is_in_the_path_and_the_notebook_in_the_content(place, as_zip, files, tmp_path):
    source = tmp_path / "downloads"
    source.mkdir()
    if as_zip:
        source = source / "all.zip"
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr(place, files[BACKWARD])
            archive.writestr("__MACOSX/._x.ipynb", b"")
    else:
        (source / place).parent.mkdir(parents=True, exist_ok=True)
        (source / place).write_bytes(files[BACKWARD])
    [line] = collect(source, tmp_path)
    assert f"→ {PLACES[place]}/{BACKWARD}" in line
    assert collected(tmp_path) == [f"{PLACES[place]}/{BACKWARD}"]


def test_many_in_one_flat_folder_are_told_apart(files, tmp_path):
    source = tmp_path / "flat"
    source.mkdir()
    for student in ("Ada_1", "Bob_2"):
        for name, content in files.items():
            (source / f"{student}_{name}.ipynb").write_bytes(content)
    collect(source, tmp_path)
    assert collected(tmp_path) == [
        f"{s}/{n}" for s in ("Ada_1", "Bob_2") for n in (GATES, BACKWARD)
    ]


def test_the_latest_version_is_taken_and_the_others_are_named(files, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for number in (2, 10, 1):
            content = files[GATES] + b" " * number
            archive.writestr(f"lovelaceada_1_{number}_gates-{number}.ipynb", content)
    lines = collect(tmp_path / "all.zip", tmp_path)
    assert sum("there is a later version" in line for line in lines) == 2
    path = tmp_path / "submitted" / "lovelaceada_1" / GATES / f"{GATES}.ipynb"
    assert path.read_bytes() == files[GATES] + b" " * 10


def test_collecting_again_keeps_what_was_there(files, tmp_path):
    source = tmp_path / "in" / "ada"
    source.mkdir(parents=True)
    for text in (b"", b" ", b" ", b"  "):
        (source / "x.ipynb").write_bytes(files[GATES] + text)
        collect(tmp_path / "in", tmp_path)
    kept = [path.read_bytes() for path in sorted((tmp_path / "replaced").rglob("*.ipynb"))]
    assert kept == [files[GATES], files[GATES] + b" "]


def test_what_cannot_be_read_or_placed_is_said_and_not_lost(files, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(f"ada/{GATES}.ipynb", b"{ half a noteb")
        archive.writestr("bob/other.ipynb", json.dumps({"cells": []}))
        archive.writestr("x.ipynb", files[GATES])
        archive.writestr("carl/essay.pdf", b"%PDF")
        inner = tmp_path / "inner.zip"
        with zipfile.ZipFile(inner, "w") as second:
            second.writestr("mine.ipynb", files[GATES])
            second.writestr("deeper.zip", b"PK")
        archive.write(inner, "dora_5_assignsubmission_file_/mine.zip")
        archive.writestr("emil/broken.zip", b"PK")
    lines = "\n".join(collect(tmp_path / "all.zip", tmp_path))
    assert "bob/other.ipynb: no notebook of this course, left out" in lines
    assert "x.ipynb: its path names no student, left out" in lines
    assert "emil/broken.zip: cannot be read" in lines
    # What was damaged on the way is graded as unreadable, under the name that its file has.
    assert collected(tmp_path) == [f"ada/{GATES}", f"dora_5/{GATES}"]


def test_nothing_is_written_outside_the_class(files, tmp_path):
    names = ("../../x.ipynb", "/etc/x.ipynb", "..\\..\\y.ipynb", "../.ssh/x.ipynb",
             "a\x1b[2J/x.ipynb", "C:/x.ipynb", "..", "long" * 60 + "/x.ipynb",
             ".._1_assignsubmission_/x.ipynb")  # fmt: skip
    folder = tmp_path / "deep" / "class"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in names:
            archive.writestr(name, files[GATES])
    for line in collect(tmp_path / "all.zip", folder):
        assert line.isprintable()
    assert {path.name for path in tmp_path.iterdir()} == {"all.zip", "deep"}
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["class"]
    assert collected(folder) == [f"etc/{GATES}"]


@pytest.mark.skipif(os.name != "posix", reason="no symbolic links there")
def test_links_are_not_followed(files, tmp_path):
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "secret.ipynb").write_bytes(files[GATES])
    (tmp_path / "in" / "ada" / "x.ipynb").symlink_to(tmp_path / "secret.ipynb")
    assert collect(tmp_path / "in", tmp_path) == []


def test_the_command(files, tmp_path, capsys):
    assert intake.main([str(tmp_path / "nowhere"), str(tmp_path)]) == 1
    assert "neither a folder nor a zip" in capsys.readouterr().err
    (tmp_path / "in" / "ada").mkdir(parents=True)
    assert intake.main([str(tmp_path / "in"), str(tmp_path)]) == 0
    assert "no notebook in it" in capsys.readouterr().out
