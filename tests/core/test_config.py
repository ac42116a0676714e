"""The settings: files, overrides, EdgeConnect's own files, and every refusal in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from inpaintgan.core.config import LOSS_WEIGHTS, Config
from inpaintgan.core.config_io import load_config, make_config, parse_yaml, with_full_paths, yaml_text
from inpaintgan.core.errors import InpaintError
from inpaintgan.core.paths import resource

# Table 14 of the InpaintGAN paper and EdgeConnect's config, in lower case.
PAPER_NAMES = {
    "mask", "edge", "sigma", "lr", "d2g_lr", "beta1", "beta2", "batch_size", "input_size", "max_iters",
    "edge_threshold", "l1_loss_weight", "fm_loss_weight", "style_loss_weight", "content_loss_weight",
    "inpaint_adv_loss_weight", "gan_loss", "seed", "save_interval", "sample_interval", "sample_size", "eval_interval",
    "log_interval",
}  # fmt: skip


def refusal(**values) -> InpaintError:
    with pytest.raises(InpaintError) as caught:
        make_config(values)
    assert caught.value.code == "config-invalid"
    return caught.value


def test_every_setting_of_the_papers_is_there_under_its_name():
    assert set(Config.model_fields) >= PAPER_NAMES


def test_shipped_config_is_the_defaults_in_full():
    shipped = resource("config.yml").read_text(encoding="utf-8")
    assert shipped == yaml_text(Config()), "write config.yml anew, by the line in CONTRIBUTING.md"


def test_yaml_round_trip_keeps_every_value(tmp_path: Path):
    config = Config(data="C:\\Фото: #1", sigma=0, lr=2e-5, mask="mixed", gan_loss="hinge", tensorboard=False)
    (tmp_path / "config.yml").write_text(yaml_text(config), encoding="utf-8")
    assert load_config(tmp_path / "config.yml") == config


def test_settings_and_overrides_win_in_order(tmp_path: Path):
    (tmp_path / "c.yml").write_text("lr: 0.01\nseed: 1\nbatch_size: 4\n")
    config = load_config(tmp_path / "c.yml", ["lr=1e-3", "seed=2"], seed=3, data=None)
    assert (config.lr, config.seed, config.batch_size) == (0.001, 3, 4)


def test_yaml_reads_1e_4_as_a_number(tmp_path: Path):
    (tmp_path / "c.yml").write_text("lr: 1e-4\nmax_iters: 2e6\n")
    config = load_config(tmp_path / "c.yml")
    assert (config.lr, config.max_iters) == (1e-4, 2_000_000)


def test_text_settings_stay_text():
    assert load_config(None, ["data=007", "perceptual_weights=off"]).data == "007"
    assert load_config(None, ["perceptual_weights=off"]).perceptual_weights == "off"


def test_on_and_off_are_words_where_a_setting_offers_them(tmp_path: Path):
    assert load_config(None, ["compile=on"]).compile == "on"
    (tmp_path / "c.yml").write_text("compile: off\nperceptual_weights: off\naugment_flip: off\n")
    config = load_config(tmp_path / "c.yml")
    assert (config.compile, config.perceptual_weights, config.augment_flip) == ("off", "off", False)


def test_edgeconnects_size_of_the_pictures_themselves_becomes_ours(tmp_path: Path):
    (tmp_path / "config.yml").write_text("INPUT_SIZE: 0\n")
    assert load_config(tmp_path / "config.yml").input_size == Config().input_size


def test_edgeconnects_own_file_loads(tmp_path: Path):
    (tmp_path / "config.yml").write_text(
        "MODE: 1\nMODEL: 3\nMASK: 3\nEDGE: 1\nNMS: 1\nSEED: 7\nGPU: [0]\nDEBUG: 0\nVERBOSE: 0\n"
        "TRAIN_FLIST: ./train.flist\nVAL_FLIST: ./val.flist\nTRAIN_MASK_FLIST: ./masks.flist\nTEST_FLIST: ./test.flist\n"
        "LR: 0.0001\nD2G_LR: 0.1\nBETA1: 0.0\nBETA2: 0.9\nBATCH_SIZE: 8\nINPUT_SIZE: 256\nSIGMA: 2\nMAX_ITERS: 2e6\n"
        "EDGE_THRESHOLD: 0.5\nL1_LOSS_WEIGHT: 1\nFM_LOSS_WEIGHT: 10\nSTYLE_LOSS_WEIGHT: 250\nCONTENT_LOSS_WEIGHT: 0.1\n"
        "INPAINT_ADV_LOSS_WEIGHT: 0.1\nGAN_LOSS: nsgan\nGAN_POOL_SIZE: 0\nSAVE_INTERVAL: 1000\nSAMPLE_INTERVAL: 1000\n"
        "SAMPLE_SIZE: 12\nEVAL_INTERVAL: 0\nLOG_INTERVAL: 10\n"
    )
    config = load_config(tmp_path / "config.yml")
    assert (config.stage, config.mask, config.edge) == ("edge-inpaint", "external", "canny")
    assert (config.data, config.val_data, config.mask_data) == ("./train.flist", "./val.flist", "./masks.flist")
    assert (config.seed, config.style_loss_weight, config.max_iters) == (7, 250, 2_000_000)


def test_edgeconnects_edges_of_files_load(tmp_path: Path):
    (tmp_path / "config.yml").write_text(
        "MODE: 1\nMODEL: 1\nMASK: 1\nEDGE: 2\nNMS: 1\nTRAIN_FLIST: ./train\nVAL_FLIST: ./val\nTEST_EDGE_FLIST: ./e\n"
        "TRAIN_EDGE_FLIST: ./edges\nVAL_EDGE_FLIST: ./val-edges\n"
    )
    config = load_config(tmp_path / "config.yml")
    assert (config.edge, config.edge_nms) == ("external", True)
    assert (config.edge_data, config.val_edge_data) == ("./edges", "./val-edges")
    assert load_config(None, ["edge=external", "edge_data=x", "edge_nms=0"]).edge_nms is False


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("MAX_ITERS: abc", "max_iters: 'abc' is not allowed."),
        ("MAX_ITERS: .inf", "max_iters: inf is not allowed."),
        ("MAX_ITERS: .nan", "max_iters: nan is not allowed."),
        ("MAX_ITERS: 2.5", "max_iters: 2.5 is not allowed."),
        ("MODEL: [1]", "MODEL: [1] is not allowed. Allowed: 1 | 2 | 3 | 4."),
        ("MODEL: true", "MODEL: True is not allowed."),
        ("MASK: {a: 1}", "MASK: {'a': 1} is not allowed. Allowed: 1 | 2 | 3 | 4 | 5 | 6."),
        ("EDGE: 3", "EDGE: 3 is not allowed. Allowed: 1 | 2."),
        ("SEED: 2024-13-45", "is not valid YAML"),
    ],
)
def test_an_odd_value_in_edgeconnects_file_is_refused_by_its_key(tmp_path: Path, text: str, said: str):
    (tmp_path / "config.yml").write_text(text)
    with pytest.raises(InpaintError) as caught:
        load_config(tmp_path / "config.yml")
    assert said in str(caught.value)


def test_paths_in_full_mean_the_same_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    config = with_full_paths(Config(data="a", mask_data="~nobody-here/b", init_from="/c", hrf_weights="w.pth"))
    assert (config.data, config.init_from) == (str(tmp_path / "a"), str(Path("/c").resolve()))
    assert (config.mask_data, config.hrf_weights) == (str(tmp_path / "~nobody-here/b"), str(tmp_path / "w.pth"))
    assert (config.val_data, config.perceptual_weights, config.efficientnet_weights) == ("", "auto", "off")


def test_a_folder_whose_name_is_not_text_is_refused():
    with pytest.raises(InpaintError, match=r"pics\\udce9 has a name that is not text\. Rename that folder"):
        with_full_paths(Config(data="pics\udce9"))  # how Python reads the byte E9, an é of Latin-1


def test_what_no_path_can_hold_is_refused():
    assert str(refusal(mask_data="a\0b")).startswith("mask_data: 'a\\x00b' is not allowed.")


def test_an_unknown_key_is_named_with_the_nearest_one():
    error = refusal(sigmma=2)
    assert "sigmma" in error.message and "'sigma'" in error.hint
    with pytest.raises(InpaintError, match=r"^SIGMMA: there is no such setting") as refused:
        make_config(parse_yaml("SIGMMA: 2"))
    assert "'sigma'" in refused.value.hint


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("lr", -1, "a number above 0, at most 0.1 (per step)"),
        ("batch_size", 0, "a whole number from 1 to 1024 (pictures)"),
        ("stage", "edges", "edge | inpaint | edge-inpaint | joint"),
        ("width", 30, "a whole number from 8 to 128, a multiple of 8 (channels)"),
        ("augment_flip", "perhaps", "true or false"),
        ("batch_size", True, "a whole number from 1 to 1024 (pictures)"),
        ("lr", False, "a number above 0, at most 0.1 (per step)"),
        ("max_iters", "many", "a whole number from 1"),
    ],
)
def test_a_value_out_of_range_names_key_value_and_what_is_allowed(key, value, allowed):
    error = refusal(**{key: value})
    assert error.message.startswith(f"{key}: ") and repr(value) in error.message
    assert f"Allowed: {allowed}" in error.message and error.hint


def test_a_word_that_was_perhaps_meant_is_the_hint():
    assert refusal(stage="egde").hint == "Did you mean 'edge'?"


def test_what_is_empty_is_seen_as_nothing():
    for value in (None, ""):
        assert refusal(width=value).message.startswith("width: nothing is not allowed.")
    with pytest.raises(InpaintError, match=r"^width: nothing is not allowed"):
        load_config(None, ["width="])
    assert make_config({"val_data": None}).val_data == ""


def test_what_is_set_twice_in_one_file_is_refused(tmp_path: Path):
    (tmp_path / "c.yml").write_text("lr: 0.01\nseed: 1\nlr: 0.01\n")
    with pytest.raises(InpaintError, match=r"c.yml sets lr twice, in lines 1 and 3"):
        load_config(tmp_path / "c.yml")
    with pytest.raises(InpaintError, match="This text sets lr twice, in line 1"):
        parse_yaml("{lr: 0.01, lr: 0.02}")
    for text in ("LR: 0.01\nlr: 0.02", "stage: edge\nMODEL: 2"):
        with pytest.raises(InpaintError, match="it is set twice, once as"):
            parse_yaml(text)


def test_of_very_many_faults_some_are_told_and_the_others_counted():
    with pytest.raises(InpaintError) as caught:
        make_config({f"unknown_{index}": 1 for index in range(3000)})
    lines = str(caught.value.message).split("\n")
    assert lines[0].startswith("unknown_0: there is no such setting")
    assert len(lines) < 100 and lines[-1] == f"And {3000 - len(lines) + 1:,} more settings are refused."


def test_deep_nesting_is_no_yaml_for_us():
    """libyaml's composer, which recurses in C, would end the process."""
    for text in ("[" * 100_000, "{a: " * 100_000):
        with pytest.raises(InpaintError, match="not valid YAML"):
            parse_yaml(text)
    with pytest.raises(InpaintError, match="cannot be read"):
        load_config(None, [f"lr={'[' * 5000}"])


def test_nan_is_no_number():
    assert "lr" in refusal(lr=float("nan")).message


def test_settings_that_contradict_each_other_are_refused():
    assert refusal(sigma=-0.5).message.startswith("sigma: ")
    error = refusal(mask="external")
    assert error.message.startswith("mask_data: ") and error.message.endswith("(value seen: nothing).")
    assert error.hint.startswith("Folder of mask pictures")
    assert refusal(stem="unshuffle", edge_generator="effunet").message.endswith("(value seen: 'unshuffle').")
    assert refusal(edge="external").message.startswith("edge_data: ")
    silent = {"edge_adv_loss_weight": 0, "fm_loss_weight": 0}
    assert refusal(**silent).message.startswith("edge_adv_loss_weight: ")
    names = LOSS_WEIGHTS["inpaint"]
    assert refusal(stage="joint", **dict.fromkeys(names, 0)).message.startswith(
        "l1_loss_weight: the inpaint model needs"
    )
    without_vgg = {"stage": "inpaint", "l1_loss_weight": 0, "inpaint_adv_loss_weight": 0}
    assert refusal(perceptual_weights="off", **without_vgg).message.startswith("l1_loss_weight: ")
    assert make_config(without_vgg)
    assert set(LOSS_WEIGHTS["edge"]) | set(names) == {
        name for name in Config.model_fields if name.endswith("loss_weight")
    }, "of which model a loss is, _edge_losses or _inpaint_losses says"
    assert make_config({"stage": "inpaint", **silent}) and make_config({"edge_bce_loss_weight": 1, **silent})


def test_a_malformed_setting_or_file_is_refused_in_words(tmp_path: Path):
    with pytest.raises(InpaintError, match="'lr' is not a setting"):
        load_config(None, ["lr"])
    with pytest.raises(InpaintError, match="cannot be read"):
        load_config(tmp_path / "none.yml")
    (tmp_path / "bad.yml").write_text("lr: [1,\n")
    with pytest.raises(InpaintError, match=r"not valid YAML \(line"):
        load_config(tmp_path / "bad.yml")
    (tmp_path / "list.yml").write_text("- a\n- b\n")
    with pytest.raises(InpaintError, match="no 'key: value' settings"):
        load_config(tmp_path / "list.yml")


def test_every_setting_has_a_group_and_an_explanation():
    for name, schema in Config.model_json_schema()["properties"].items():
        assert schema["group"] and len(schema["description"]) > 10, name


def test_the_schema_says_which_settings_are_for_one_model_alone():
    models: dict[str, set[str]] = {"": set(), "edge": set(), "inpaint": set()}
    for name, schema in Config.model_json_schema()["properties"].items():
        models[schema["model"]].add(name)
    assert models["edge"] == {*LOSS_WEIGHTS["edge"], "efficientnet_weights"}
    of_losses = {"inpaint_adv_crop", "hrf_weights", "imagenet_normalization"}
    of_losses |= {f"perceptual_{name}" for name in ("weights", "interval", "crop")}
    assert models["inpaint"] == {*LOSS_WEIGHTS["inpaint"], *of_losses}
    assert LOSS_WEIGHTS["edge"][0] == "edge_adv_loss_weight" and LOSS_WEIGHTS["inpaint"][0] == "l1_loss_weight"
    assert "svr_loss_weight" in models["edge"] and "hrf_loss_weight" in models["inpaint"]


def test_every_fault_is_named_in_a_line_of_its_own():
    said = refusal(lr="fast", width=7, style_weight=3).message.split("\n")
    allowed = "width: 7 is not allowed. Allowed: a whole number from 8 to 128, a multiple of 8 (channels)."
    assert said[0] == f"{allowed} {Config.model_fields['width'].description}"
    assert said[1].startswith("lr: 'fast' is not allowed. Allowed: a number")
    assert said[1].endswith(Config.model_fields["lr"].description)
    assert said[2].startswith("style_weight: there is no such setting (value seen: 3). Did you mean")
