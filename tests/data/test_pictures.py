"""Loose files and tar shards as one set: the same pictures, the same order, small at any size."""

from __future__ import annotations

import io
import itertools
import os
import pickle
import tarfile

import numpy as np
import pytest
import torch

from inpaintgan.core.config import Config
from inpaintgan.core.errors import InpaintError
from inpaintgan.data import shards as shards_module
from inpaintgan.data.check import check_data
from inpaintgan.data.loader import make_train_loader, split
from inpaintgan.data.pictures import open_masks, open_pictures
from inpaintgan.data.sample import SampleMaker
from inpaintgan.imaging.encode import encode
from inpaintgan.imaging.folder import find_pictures
from inpaintgan.imaging.picture import Picture


def write_shard(path, members: dict[str, bytes], mode: str = "w") -> None:
    with tarfile.open(path, mode) as tar:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def left_half() -> bytes:
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[:, :20] = 255
    return encode(Picture(pixels), "PNG")


@pytest.mark.parametrize("start", ["full", "current", "list"])
def test_a_list_of_files_is_a_set_in_its_own_order(folder, tmp_path, monkeypatch, start):
    files = find_pictures(folder)[::-1]
    place = {"full": None, "current": folder.parent, "list": tmp_path}[start]
    list_file = tmp_path / "train.flist"
    list_file.write_text(
        "\n".join(str(file) if place is None else os.path.relpath(file, place) for file in files) + "\n\n"
    )
    monkeypatch.chdir(folder.parent if start == "current" else folder.parent.parent)
    pictures = open_pictures(list_file)
    assert list(pictures) == files and pictures.root == folder
    train, held_out = split(pictures, Config(data=str(list_file)))
    assert sorted([*train, *held_out]) == sorted(files)
    assert check_data(list_file).n_pictures == len(files)


def test_a_list_of_what_is_not_there_is_refused_in_words(tmp_path):
    list_file = tmp_path / "train.txt"
    list_file.write_text("nowhere/a.png\n")
    with pytest.raises(InpaintError, match=r"names nowhere/a\.png, which does not exist"):
        open_pictures(list_file)
    for empty in ("\n", "# a.png\n"):
        list_file.write_text(empty)
        with pytest.raises(InpaintError, match="There are no pictures in"):
            open_pictures(list_file)


def test_a_list_has_comments_and_its_first_file_may_be_missing_as_any_other(folder, config, tmp_path):
    files = find_pictures(folder)
    lines = ["# faces", "", "gone.png", *(os.path.relpath(file, tmp_path) for file in files)]
    (tmp_path / "train.flist").write_text("\n".join(lines))
    pictures = open_pictures(tmp_path / "train.flist")
    assert list(pictures) == [tmp_path / "gone.png", *files]
    assert SampleMaker(pictures, config, train=False).make(0, 0).unreadable == (str(tmp_path / "gone.png"),)


@pytest.mark.parametrize("name", ["set.tar.gz", "set.zip", "gone"])
def test_data_of_a_wrong_kind_is_refused_with_all_that_it_may_be(tmp_path, name):
    if name != "gone":
        (tmp_path / name).write_bytes(b"packed")
    with pytest.raises(InpaintError) as refused:
        open_pictures(tmp_path / name)
    assert all(word in refused.value.hint for word in ("folder", ".tar", ".flist", ".txt", "Unpack"))


def test_a_list_may_begin_as_windows_texts_do_but_not_span_its_drives(folder, tmp_path, monkeypatch):
    list_file, files = tmp_path / "train.txt", find_pictures(folder)
    list_file.write_text("\n".join(map(str, files)), encoding="utf-8-sig")
    assert list(open_pictures(list_file)) == files

    def refuse(_paths):
        raise ValueError("Paths don't have the same drive")

    monkeypatch.setattr(os.path, "commonpath", refuse)
    with pytest.raises(InpaintError, match="names files on several drives"):
        open_pictures(list_file)


@pytest.fixture
def sharded(folder, tmp_path):
    """The same seven pictures in two shards, with names that need tar's extensions."""
    root = tmp_path / "shards"
    root.mkdir()
    files = find_pictures(folder)
    long = "folder-" * 20
    first = {f"{long}/猫{index}.png": file.read_bytes() for index, file in enumerate(files[:4])}
    second = {f"{index}.PNG": file.read_bytes() for index, file in enumerate(files[4:])}
    write_shard(
        root / "set-000000.tar", first | {"0.json": b"{}", "0.seg.png": left_half(), "._0.png": b"", "x.txt": b""}
    )
    write_shard(root / "set-000001.tar", second)
    return root


def test_shards_give_the_files_bytes_in_their_order(folder, sharded):
    pictures = open_pictures(sharded)
    assert [picture.read_bytes() for picture in pictures] == [file.read_bytes() for file in find_pictures(folder)]
    assert pictures[-1].name == "2.PNG"
    assert str(pictures[-1]) == f"{sharded}/set-000001.tar/2.PNG"
    assert pictures[0].relative_to(sharded).parts[0] == "set-000000.tar"
    alone = open_pictures(sharded / "set-000001.tar")
    assert [str(picture) for picture in alone] == [str(picture) for picture in pictures[4:]]


def test_loose_files_come_first_and_sets_can_be_cut(folder, sharded):
    (sharded / "loose").mkdir()
    loose = find_pictures(folder)[0]
    (sharded / "loose" / "é.png").write_bytes(loose.read_bytes())
    pictures = open_pictures(sharded)
    assert len(pictures) == 8
    assert pictures[0] == sharded / "loose" / "é.png"
    names = [str(picture) for picture in pictures]
    assert [str(picture) for picture in pictures[::3]] == names[::3]
    assert [str(picture) for picture in pictures[np.array([7, 0])]] == [names[7], names[0]]
    assert [str(picture) for picture in pickle.loads(pickle.dumps(pictures[2:]))] == names[2:]
    with pytest.raises(IndexError):
        pictures[8]


def test_batches_from_shards_equal_those_from_files_and_resume(folder, sharded, config):
    loose, _ = split(open_pictures(folder), config)
    tarred, _ = split(open_pictures(sharded), config)
    config = config.model_copy(update={"workers": 2})
    straight = list(itertools.islice(iter(make_train_loader(loose, config, 0)), 4))
    resumed = list(itertools.islice(iter(make_train_loader(tarred, config, 2 * config.batch_size)), 2))
    for one, other in zip(straight[2:], resumed, strict=True):
        for part in ("image", "gray", "edge", "mask"):
            assert torch.equal(getattr(one, part), getattr(other, part))


def test_the_index_is_made_once_and_again_when_the_shard_changes(sharded, monkeypatch):
    shard = sharded / "set-000001.tar"
    names = [str(picture) for picture in open_pictures(shard)]
    with monkeypatch.context() as patch:
        patch.setattr(shards_module, "_read_index", None)
        assert [str(picture) for picture in open_pictures(shard)] == names
    write_shard(shard, {"9.png": left_half()}, "a")
    assert len(open_pictures(shard)) == len(names) + 1


def test_a_picture_is_trained_with_the_mask_beside_it(folder, config, tmp_path):
    files = find_pictures(folder)
    members = {"a.png": files[0].read_bytes(), "a.mask.png": left_half(), "b.png": files[1].read_bytes()}
    write_shard(tmp_path / "set.tar", members)
    masks = open_masks(tmp_path / "set.tar")
    assert [mask.read_bytes() for mask in masks] == [left_half()]
    external = config.model_copy(update={"mask": "external", "mask_data": str(tmp_path / "set.tar")})
    maker = SampleMaker(open_pictures(tmp_path / "set.tar"), external, train=True)
    plain = SampleMaker(files[:1], external, train=False)
    sides = set()
    for position in range(12):
        made = maker.make(position, 0)
        left = bool(made.mask[:, :32].all())
        assert made.mask.mean() == 0.5 and made.mask[:, :32].all() != made.mask[:, 32:].all()
        # It is mirrored with its picture, never without.
        assert left == np.array_equal(made.picture, plain.make(position, 0).picture)
        sides.add(left)
    assert sides == {True, False}
    still = external.model_copy(update={"augment_flip": False, "augment_zoom": 2.0})
    maker = SampleMaker(open_pictures(tmp_path / "set.tar"), still, train=True)
    whole = [plain.make(0, 0).picture, SampleMaker(files[1:2], external, train=False).make(0, 0).picture]
    kept = [[np.array_equal(maker.make(p, file).picture, whole[file]) for p in range(12)] for file in (0, 1)]
    assert all(kept[0]), "its mask would no longer lie where it belongs"
    assert not all(kept[1]), "a picture without a mask of its own is zoomed"


def test_a_mask_beside_an_oblong_picture_is_cut_as_the_picture_is(config, tmp_path):
    picture, mask = np.zeros((64, 128, 3), np.uint8), np.zeros((64, 128, 3), np.uint8)
    picture[20:40, 40:50] = mask[20:40, 40:50] = 255
    members = {"a.png": encode(Picture(picture), "PNG"), "a.mask.png": encode(Picture(mask), "PNG")}
    write_shard(tmp_path / "set.tar", members)
    external = config.model_copy(
        update={"mask": "external", "mask_data": str(tmp_path / "set.tar"), "augment_flip": False}
    )
    made = SampleMaker(open_pictures(tmp_path / "set.tar"), external, train=True).make(0, 0)
    assert np.array_equal(made.mask, made.picture[..., 0] // 255) and made.mask.sum() == 200


def test_edges_from_files_are_found_for_pictures_in_shards(sharded, config, tmp_path):
    pictures = open_pictures(sharded)[4:]
    for picture in pictures:
        path = tmp_path / "edges" / picture.relative_to(sharded)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(left_half())
    external = config.model_dump() | {"edge": "external", "edge_data": str(tmp_path / "edges"), "data": str(sharded)}
    made = SampleMaker(pictures, Config(**external), train=False).make(0, 1)
    assert made.edge[:, :32].all() and not made.edge[:, 32:].any()


def test_check_data_looks_into_shards(sharded):
    write_shard(sharded / "set-000002.tar", {"broken.png": b"no picture"})
    report = check_data(sharded)
    assert (report.n_pictures, report.n_unreadable) == (8, 1)
    assert report.unreadable[0].path == "set-000002.tar/broken.png"


def test_a_shard_cut_short_after_indexing_is_one_unreadable_picture(sharded, config):
    pictures = open_pictures(sharded)
    last = pictures[-1]
    maker = SampleMaker(pictures, config, train=False)
    os.truncate(last.shard, last.offset + 5)
    assert maker.make(0, len(pictures) - 1).unreadable == (str(last),)
    last.shard.unlink()
    assert SampleMaker(pictures, config, train=False).make(0, len(pictures) - 2).unreadable[0] == str(pictures[-2])


@pytest.mark.parametrize("content", [b"", b"no tar at all" * 100, "gz"])
def test_what_is_no_tar_is_refused_in_words(tmp_path, content):
    shard = tmp_path / "set.tar"
    if content == "gz":
        write_shard(shard, {"a.png": left_half()}, "w:gz")
    else:
        shard.write_bytes(content)
    with pytest.raises(InpaintError) as refused:
        open_pictures(tmp_path)
    assert refused.value.code == "shard-unreadable"
    assert "set.tar" in refused.value.message and refused.value.hint


def test_an_empty_folder_and_an_empty_shard_are_refused(tmp_path):
    write_shard(tmp_path / "set.tar", {"x.txt": b""})
    for open_set in (open_pictures, open_masks):
        with pytest.raises(InpaintError) as refused:
            open_set(tmp_path)
        assert refused.value.code == "folder-empty"


def test_a_set_is_opened_without_looking_at_its_files(tmp_path, monkeypatch, config):
    root = tmp_path / "many"
    for part in range(5):
        (root / str(part)).mkdir(parents=True)
        for index in range(200):
            (root / str(part) / f"{index:05}.jpg").touch()
    looked_at = []
    real = os.stat
    monkeypatch.setattr(os, "stat", lambda path, *args, **more: looked_at.append(path) or real(path, *args, **more))
    pictures = open_pictures(root)
    train, val = split(pictures, config)
    assert (len(train), len(val)) == (950, 50)
    assert len(looked_at) < 20
    # A few numbers a file: a worker that is started afresh receives a million in some 40 MB.
    assert len(pickle.dumps(pictures)) < 1000 * 40
