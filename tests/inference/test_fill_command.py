"""``fill`` as a person types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from inpaintgan.cli import main
from inpaintgan.inference.files import BECAME_OPAQUE
from inpaintgan.inference.pipeline import Inpainter

from .picture_files import draw_mask, load


@pytest.fixture
def fill(checkpoint, capsys):
    def run(*words: object) -> tuple[int, str, str]:
        code = main(["fill", *map(str, words), "--checkpoint", str(checkpoint), "--device", "cpu"])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_one_file_is_filled_exactly_outside_the_mask(fill, pictures, tmp_path):
    mask = draw_mask(tmp_path / "mask.png")
    code, out, _ = fill("--image", pictures / "猫.png", "--mask", mask, "--output", tmp_path / "выход.png")
    assert code == 0 and "900 px" in out
    before, after, hole = load(pictures / "猫.png"), load(tmp_path / "выход.png"), load(mask)[..., 0] > 127
    assert np.array_equal(before[~hole], after[~hole]) and not np.array_equal(before[hole], after[hole])


def test_orientation_is_applied_once_and_profile_and_alpha_are_kept(fill, tmp_path):
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 100, 4), np.uint8))
    picture.putalpha(200)
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture.save(tmp_path / "in.png", exif=exif, icc_profile=profile)
    mask = draw_mask(tmp_path / "mask.png", size=(60, 100))
    code, _, _ = fill("--image", tmp_path / "in.png", "--mask", mask, "--output", tmp_path / "out.png")
    out = Image.open(tmp_path / "out.png")
    assert code == 0 and out.size == (60, 100) and out.mode == "RGBA"
    assert out.info["icc_profile"] == profile
    assert out.getexif().get(0x0112, 1) == 1
    alpha = np.asarray(out)[..., 3]
    assert (alpha == 200).all()


def test_transparency_is_kept_but_what_was_erased_becomes_opaque(fill, tmp_path):
    rgba = np.random.default_rng(0).integers(0, 256, (60, 100, 4), np.uint8)
    Image.fromarray(rgba).save(tmp_path / "in.png")
    mask = draw_mask(tmp_path / "mask.png", size=(100, 60))
    words = ("--image", tmp_path / "in.png", "--mask", mask, "--output", tmp_path / "out.png")
    assert BECAME_OPAQUE not in fill(*words)[1]
    assert np.array_equal(np.asarray(Image.open(tmp_path / "out.png"))[..., 3], rgba[..., 3])

    rgba[..., 3] = 255
    rgba[35:50, 25:40, 3] = 0  # with a soft rim
    rgba[34, 25:40, 3] = rgba[50, 25:40, 3] = 90
    rgba[5, 5, 3] = 0
    Image.fromarray(rgba).save(tmp_path / "in.png")
    assert BECAME_OPAQUE in fill(*words)[1]
    alpha = np.asarray(Image.open(tmp_path / "out.png"))[..., 3]
    assert (alpha[30:60, 20:50] == 255).all() and alpha[5, 5] == 0

    rgba[..., 3] = 255
    rgba[:, 17:20, 3] = 0  # a thin line beside the hole, which the hole's own window must not make wider
    Image.fromarray(rgba).save(tmp_path / "in.png")
    assert BECAME_OPAQUE not in fill(*words)[1]
    assert np.array_equal(np.asarray(Image.open(tmp_path / "out.png"))[..., 3], rgba[..., 3])


def test_an_all_black_mask_gives_the_picture_back_with_a_notice(fill, pictures, tmp_path):
    mask = draw_mask(tmp_path / "mask.png", box=(0, 0, 0, 0))
    code, out, _ = fill("--image", pictures / "a.png", "--mask", mask, "--output", tmp_path / "out.png")
    assert code == 0 and "nothing to fill" in out
    assert np.array_equal(load(pictures / "a.png"), load(tmp_path / "out.png"))


def test_nothing_to_fill_keeps_every_byte_and_still_writes_the_edges_that_were_asked_for(fill, pictures, tmp_path):
    mask, photo = draw_mask(tmp_path / "mask.png", box=(0, 0, 0, 0)), tmp_path / "a.jpg"
    Image.open(pictures / "a.png").convert("CMYK").save(photo, quality=60)
    words = ("--image", photo, "--mask", mask, "--save-edges", tmp_path / "edges.png")
    code, out, _ = fill(*words, "--output", tmp_path / "copy.jpg")
    assert code == 0 and (tmp_path / "copy.jpg").read_bytes() == photo.read_bytes()
    assert "the picture is unchanged" in out and "CMYK" not in out
    assert load(tmp_path / "edges.png").any()
    out = fill(*words, "--output", tmp_path / "copy.png")[1]
    assert "only written as PNG" in out and "CMYK" in out and "unchanged" not in out


def test_an_all_white_mask_is_refused(fill, pictures, tmp_path):
    mask = draw_mask(tmp_path / "mask.png", box=(0, 0, 96, 96))
    code, _, err = fill("--image", pictures / "a.png", "--mask", mask, "--output", tmp_path / "out.png")
    assert code == 2 and "covers the whole picture" in err and not (tmp_path / "out.png").exists()


def test_a_mask_of_another_size_is_resized_with_a_notice(fill, pictures, tmp_path):
    mask = draw_mask(tmp_path / "mask.png", size=(48, 48), box=(10, 10, 20, 20))
    code, out, _ = fill("--image", pictures / "a.png", "--mask", mask, "--output", tmp_path / "out.png")
    assert code == 0 and "400 px" in out and "48x48" in out
    Image.open(mask).resize((40, 90)).save(mask)
    assert (
        "which stretched it" in fill("--image", pictures / "a.png", "--mask", mask, "--output", tmp_path / "out.png")[1]
    )


def test_a_mask_that_is_none_or_is_inverted_is_told_of(fill, pictures, tmp_path):
    places = ("--image", pictures / "a.png", "--output", tmp_path / "out.png")
    Image.linear_gradient("L").resize((96, 96)).save(tmp_path / "photo.png")
    assert "looks like a photo rather than a mask" in fill(*places, "--mask", tmp_path / "photo.png")[1]
    mask = draw_mask(tmp_path / "mask.png", box=(5, 5, 90, 90))
    assert "78% of the mask is white" in fill(*places, "--mask", mask)[1]


def test_edges_are_saved_and_can_be_given(fill, pictures, tmp_path):
    mask = draw_mask(tmp_path / "mask.png")
    common = ("--image", pictures / "a.png", "--mask", mask)
    assert fill(*common, "--output", tmp_path / "1.png", "--save-edges", tmp_path / "new" / "edges.png")[0] == 0
    assert load(tmp_path / "new" / "edges.png").shape == (96, 96, 3)
    lines = draw_mask(tmp_path / "lines.png", box=(20, 44, 50, 46))
    assert fill(*common, "--output", tmp_path / "2.png", "--edges", lines, "--save-edges", tmp_path / "e2.png")[0] == 0
    assert np.array_equal(load(tmp_path / "e2.png")[30:60, 20:50], load(lines)[30:60, 20:50])
    assert not np.array_equal(load(tmp_path / "1.png"), load(tmp_path / "2.png"))


def test_the_input_is_never_overwritten_unless_asked(fill, pictures, tmp_path):
    shutil.copy(pictures / "a.png", tmp_path / "a.png")
    mask = draw_mask(tmp_path / "mask.png")
    words = ("--image", tmp_path / "a.png", "--mask", mask, "--output", tmp_path / "a.png")
    before = (tmp_path / "a.png").read_bytes()
    code, _, err = fill(*words)
    assert code == 2 and "is the input picture itself" in err and (tmp_path / "a.png").read_bytes() == before
    assert fill(*words, "--overwrite")[0] == 0
    assert (tmp_path / "a.png").read_bytes() != before


@pytest.mark.parametrize(
    ("output", "save_edges", "message"),
    [
        ("mask.png", "new.png", "is the mask itself"),
        ("linked.png", "new.png", "is the mask itself"),
        ("lines.png", "new.png", "is the file of the given edges itself"),
        ("out.png", "a.png", "is the input picture itself"),
        ("out.png", "mask.png", "is the mask itself"),
        ("out.png", "lines.png", "is the file of the given edges itself"),
        ("out.png", "./out.png", "both the filled picture and its edges"),
        ("out.png", "edges.xyz", "edges.xyz does not end in"),
        ("out.png", "a.png/edges.png", "a.png is a file, not a folder"),
    ],
)
def test_places_that_cannot_be_written_to_are_refused_before_anything_is_computed(
    fill, pictures, tmp_path, monkeypatch, output, save_edges, message
):
    monkeypatch.setattr(Inpainter, "fill_patches", lambda *_, **__: pytest.fail("it computed"))
    shutil.copy(pictures / "a.png", tmp_path / "a.png")
    mask, lines = draw_mask(tmp_path / "mask.png"), draw_mask(tmp_path / "lines.png")
    (tmp_path / "linked.png").symlink_to(mask)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    code, _, err = fill(
        "--image", tmp_path / "a.png", "--mask", mask, "--edges", lines, "--overwrite",
        "--output", tmp_path / output, "--save-edges", f"{tmp_path}/{save_edges}",
    )  # fmt: skip
    assert code == 2 and message in err
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_one_picture_can_be_put_into_a_folder_under_its_own_name(fill, pictures, tmp_path):
    mask = draw_mask(tmp_path / "mask.png")
    assert fill("--image", pictures / "a.png", "--mask", mask, "--output", f"{tmp_path}/new/")[0] == 0
    Image.open(pictures / "z.png").save(tmp_path / "z.gif")
    assert fill("--image", tmp_path / "z.gif", "--mask", mask, "--output", tmp_path / "new")[0] == 0
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["a.png", "z.gif.png"]


def test_quality_sets_the_size_of_a_jpeg_alone_and_of_a_whole_folder(fill, pictures, tmp_path):
    mask, folder, sizes = draw_mask(tmp_path / "mask.png"), tmp_path / "folder", {}
    folder.mkdir()
    Image.open(pictures / "a.png").convert("RGB").save(folder / "a.jpg")
    for quality in (20, 95):
        words = ("--mask", mask, "--quality", quality)
        assert fill("--image", pictures / "a.png", *words, "--output", tmp_path / f"{quality}.jpg")[0] == 0
        assert fill("--image", folder, *words, "--output", tmp_path / str(quality))[0] == 0
        results = tmp_path / f"{quality}.jpg", tmp_path / str(quality) / "a.jpg"
        sizes[quality] = [file.stat().st_size for file in results]
    assert all(low < high / 2 for low, high in zip(*sizes.values(), strict=True)), sizes


def test_a_folder_goes_on_after_bad_files_and_reports_each(fill, pictures, tmp_path):
    images, masks, output = tmp_path / "in", tmp_path / "masks", tmp_path / "out"
    (images / "deep").mkdir(parents=True)
    shutil.copy(pictures / "a.png", images / "one.png")
    shutil.copy(pictures / "z.png", images / "deep" / "two.png")
    shutil.copy(pictures / "z.png", images / "no-mask.png")
    (images / "broken.jpg").write_bytes(b"nothing")
    for name in ("one", "deep/two", "broken"):
        draw_mask(masks / f"{name}.png")
    words = ("--image", images, "--mask", masks, "--output", output, "--recursive", "--json")
    code, out, _ = fill(*words)
    report = json.loads(out)
    assert code == 1 and (report["filled"], report["failed"]) == (2, 2)
    assert {p.relative_to(output).as_posix() for p in output.rglob("*.png")} == {"one.png", "deep/two.png"}
    codes = {Path(r["image"]).name: r["error"]["code"] for r in report["results"] if r["error"]}
    assert codes == {"broken.jpg": "picture-unreadable", "no-mask.png": "mask-missing"}
    stamp = (output / "one.png").stat().st_mtime_ns
    report = json.loads(fill(*words, "--skip-existing")[1])
    assert report["skipped"] == 2 and (output / "one.png").stat().st_mtime_ns == stamp


def test_one_mask_serves_a_whole_folder(fill, pictures, tmp_path):
    mask = draw_mask(tmp_path / "mask.png")
    code, out, _ = fill("--image", pictures, "--mask", mask, "--output", tmp_path / "out")
    assert code == 0 and "8 filled" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--image", "none.png", "--mask", "m.png", "--output", "o.png"), "no picture or folder none.png"),
        (("--image", "{a}", "--mask", "m.png", "--output", "o.png"), "no mask or folder m.png"),
        (("--image", "{a}", "--mask", "{mask}", "--output", "o.xyz"), "o.xyz"),
        (("--image", "{a}", "--mask", "{mask}", "--output", "o" * 300 + ".png"), ".png cannot be written"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_code_2(fill, pictures, tmp_path, words, message):
    known = {"a": pictures / "a.png", "mask": draw_mask(tmp_path / "mask.png")}
    code, _, err = fill(*(word.format(**known) for word in words))
    assert code == 2 and message in err and "Traceback" not in err and err.count("\n") == 1


def test_a_missing_checkpoint_is_refused(pictures, tmp_path, capsys):
    words = ["--image", str(pictures / "a.png"), "--mask", str(draw_mask(tmp_path / "m.png")), "--output", "o.png"]
    assert main(["fill", *words, "--checkpoint", str(tmp_path / "none")]) == 2
    assert "no checkpoint folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--image", "a.png"), "the following arguments are required: --mask, --output."),
        (("--image", "a", "--mask", "b", "--output", ""), "argument --output: it is empty."),
        (("--image", "a", "--mask", "b", "--output", "c", "--feather", "x"), "x is not a number from 0 to 1000."),
        (("--image", "a", "--mask", "b", "--output", "c", "--quality", "0"), "0 is not a whole number from 1 to 100."),
    ],
)
def test_words_that_do_not_fit_are_refused_as_all_else_is(fill, words, said):
    code, out, err = fill(*words)
    assert code == 2 and not out and err.startswith("error: ") and said in err
    code, out, _ = fill(*words, "--json")
    assert code == 2 and json.loads(out)["error"]["code"] == "bad-arguments"
    assert said in json.loads(out)["error"]["message"]
