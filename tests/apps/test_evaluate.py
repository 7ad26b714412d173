"""``emotigram evaluate`` as a user meets it: figures on the screen, a report in a folder, clear errors."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from emotigram.apps.cli.main import app
from emotigram.domain import Affect, Captions, Photo, Sentiment

COLOURS = ["red", "green", "blue", "white", "black", "orange"]


def evaluate(*words: object, interface: str = "en") -> Result:
    result = CliRunner().invoke(app, ["--interface", interface, "evaluate", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def measured(task: str, data: Path, report: Path, *more: object) -> dict[str, Any]:
    result = evaluate(task, "--data", data, "--report", report, *more)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads((report / "report.json").read_text("utf-8"))
    return found


def drawn(colour: str) -> bytes:
    """An encoded photo of one colour with a darker half."""
    image = Image.new("RGB", (64, 48), colour)
    image.paste(image.crop((0, 0, 32, 48)).point(lambda value: value // 2))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def captioned(tmp_path: Path) -> Path:
    path = tmp_path / "captioned.parquet"
    columns = {
        "image": [drawn(colour) for colour in COLOURS],
        "captions_en": [[f"A {colour} wall .", f"the {colour} surface"] for colour in COLOURS],
        "captions_zh": [[f"{word}色的墙。"] for word in "红绿蓝白黑橙"],
    }
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture
def felt(tmp_path: Path) -> Path:
    path = tmp_path / "felt.parquet"
    columns = {
        "image": [drawn(colour) for colour in COLOURS],
        "text": ["I love it", "awful", "a table", "wonderful day", "I hate this", "the office"],
        "sentiment": ["positive", "negative", "neutral"] * 2,
        "emotion": ["happiness", "anger", "neutral", "happiness", "disgust", "neutral"],
    }
    pq.write_table(pa.table(columns), path)
    return path


def pictures_in(folder: Path) -> set[str]:
    """Names of the pictures that the Markdown shows, each of which must be one."""
    names = re.findall(r"!\[[^]]*\]\(([^)]+)\)", (folder / "report.md").read_text("utf-8"))
    for name in names:
        with Image.open(folder / name) as image:
            assert min(image.size) > 300
            assert len(image.convert("RGB").getcolors(1 << 24) or []) > 10
    return set(names)


def test_captions_are_measured_in_every_language(captioned: Path, tmp_path: Path) -> None:
    found = measured("captions", captioned, tmp_path / "report")
    assert set(found["figures"]["languages"]) == {"en", "zh"}
    for of in found["figures"]["languages"].values():
        assert of["n"] == 6
        assert 0 <= of["told_whole"] <= 1
        for system in ("sentence", "description"):
            assert all(0 <= of[system][f"bleu_{order}"] <= 1 for order in (1, 2, 3, 4))
            assert {"rouge_l", "cider_d", "cider_d_shuffled_photo", "times_shuffled_photo"} <= set(of[system])
    assert found["data"]["file"] == "captioned.parquet"
    assert found["data"]["rows"] == found["data"]["measured"] == 6
    assert re.fullmatch("[0-9a-f]{64}", found["data"]["sha256"])
    assert {"emotigram", "onnxruntime", "numpy"} <= set(found["versions"])
    assert set(found["files"]) == {path.name for path in (tmp_path / "report").iterdir()}
    assert str(tmp_path) not in json.dumps(found)  # a report may be published
    page = (tmp_path / "report" / "report.md").read_text("utf-8")
    assert f"{found['figures']['languages']['zh']['sentence']['cider_d']:.3f}" in page


def test_one_language_and_a_sample(captioned: Path, tmp_path: Path) -> None:
    found = measured("captions", captioned, tmp_path / "report", "--language", "zh", "--limit", 4)
    assert set(found["figures"]["languages"]) == {"zh"}
    assert (found["data"]["measured"], found["data"]["rows"]) == (4, 6)


class Oracle:
    """Engines of a third party that know the answers: the photo's colour, and words' mood."""

    name = "oracle"

    def read(self, photos: list[Photo]) -> list[Captions]:
        return [self._caption(photo) for photo in photos]

    def _caption(self, photo: Photo) -> Captions:
        pixel = photo.image.getpixel((60, 40))
        names = {Image.new("RGB", (1, 1), name).getpixel((0, 0)): name for name in COLOURS}
        colour = names[pixel]
        is_sure = colour in ("red", "green", "blue")
        sentence = f"A {colour} wall." if is_sure else "A dog."
        told = {"en": sentence if is_sure else "A photo."}
        return Captions(told, sentences={"en": sentence}, confidence={"en": 0.9 if is_sure else 0.2})

    def judge(self, photos: list[Photo | None], texts: list[str], features: object = None) -> list[Affect]:
        return [self._affect(text) for text in texts]

    def _affect(self, text: str) -> Affect:
        likely = 2 if text in ("I love it", "wonderful day") else 0 if text in ("awful", "I hate this") else 1
        values = [0.9 if at == likely else 0.05 for at in range(3)]
        emotion = {"joy": values[2], "anger": values[0], "neutral": values[1]}
        return Affect(Sentiment(*values), emotion, valence=values[2] - values[0], arousal=0.0)


@pytest.fixture
def oracle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the oracle as a third party would: a distribution with entry points."""
    folder = tmp_path / "site" / "oracle-1.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: oracle\nVersion: 1\n", "utf-8")
    points = "".join(
        f"[emotigram.{group}]\noracle = {__name__}:build_oracle\n" for group in ("captioners", "sentiment")
    )
    (folder / "entry_points.txt").write_text(points, "utf-8")
    monkeypatch.syspath_prepend(str(folder.parent))


def build_oracle(settings: object) -> Oracle:
    return Oracle()


@pytest.mark.usefixtures("oracle")
def test_what_is_told_and_what_is_held_back_are_told_apart(captioned: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    found = measured("captions", captioned, report, "--captioner", "oracle")
    assert found["engine"] == {"captioner": "oracle"}
    assert found["figures"]["languages_not_spoken"] == ["zh"]
    english = found["figures"]["languages"]["en"]
    assert english["told_whole"] == 0.5
    assert english["sentence"]["different_sentences"] == 4
    assert english["sentence"]["cider_d"] > english["sentence"]["cider_d_shuffled_photo"]
    qualities = [step["quality"] for step in english["by_coverage"]]
    assert qualities[0] > 1.9 * qualities[-1] > 0
    assert pictures_in(report) == {"coverage.png"}
    with (report / "coverage_en.csv").open(encoding="utf-8", newline="") as file:
        assert [float(line["coverage"]) for line in csv.DictReader(file)][-1] == 1
    page = (report / "report.md").read_text("utf-8")
    assert "does not describe in `zh`" in page
    assert "**A dog.**" in page


@pytest.mark.usefixtures("oracle")
def test_sentiment_is_measured_with_photo_text_and_both(felt: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    found = measured("sentiment", felt, report, "--sentiment", "oracle", "--captioner", "oracle")
    conditions = found["figures"]["conditions"]
    assert set(conditions) == {"both", "photo", "text"}
    for condition in ("both", "text"):
        assert conditions[condition]["sentiment"]["accuracy"] == 1
        assert conditions[condition]["sentiment"]["ambiguous"] == {"share": 0, "accuracy_without": 1}
        assert conditions[condition]["sentiment"]["confusion"] == [[2, 0, 0], [0, 2, 0], [0, 0, 2]]
    assert conditions["photo"]["sentiment"]["accuracy"] == pytest.approx(1 / 3, abs=1e-3)  # it answers neutral
    emotion = conditions["text"]["emotion"]
    assert emotion["labels"] == ["joy", "anger", "disgust", "neutral"]
    assert emotion["per_class"]["disgust"]["recall"] == 0
    assert found["data"]["labels_absent"]["emotion"] == ["sadness", "fear", "surprise"]
    assert len(pictures_in(report)) == 3 * 2 * 3
    with (report / "photo_sentiment_confusion.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0][1:] == ["negative", "neutral", "positive"]
    assert lines[1:] == [[label, "0", "2", "0"] for label in lines[0][1:]]


def test_the_embedded_engine_is_measured(felt: Path, tmp_path: Path) -> None:
    found = measured("sentiment", felt, tmp_path / "report")
    assert found["engine"] == {"sentiment": "embedded", "features": "embedded"}
    for targets in found["figures"]["conditions"].values():
        assert targets["sentiment"]["n"] == 6
        assert 0 <= targets["sentiment"]["calibration"]["ece"] <= 1


@pytest.mark.usefixtures("oracle")
def test_probabilities_are_shared_out_among_the_labels_of_the_data_set(tmp_path: Path) -> None:
    columns = {"text": ["I love it", "awful", "the office"], "sentiment": ["positive", "negative", "negative"]}
    pq.write_table(pa.table(columns), tmp_path / "two.parquet")
    report = tmp_path / "report"
    found = measured("sentiment", tmp_path / "two.parquet", report, "--sentiment", "oracle")
    figures = found["figures"]["conditions"]["text"]["sentiment"]
    assert figures["labels"] == ["negative", "positive"]
    assert figures["accuracy"] == 1  # "the office" is neither to the engine; the first of two equals is taken
    assert figures["ambiguous"]["share"] == pytest.approx(1 / 3, abs=1e-3)
    assert found["engine"] == {"sentiment": "oracle"}
    assert "knows no neutral" in (report / "report.md").read_text("utf-8")


@pytest.mark.usefixtures("oracle")
def test_valence_and_arousal(tmp_path: Path) -> None:
    columns = {
        "text": ["I love it", "awful", "the office"],
        "valence_mean": ["6.5", "1.5", "4.1"],
        "arousal_mean": ["5", "5", "2"],
    }
    pq.write_table(pa.table(columns), tmp_path / "rated.parquet")
    found = measured("sentiment", tmp_path / "rated.parquet", tmp_path / "report", "--sentiment", "oracle")
    text = found["figures"]["conditions"]["text"]
    assert text["valence"]["pearson"] > 0.99
    assert text["arousal"]["pearson"] is None  # always the same answer
    assert text["arousal"]["mean_absolute_error"] == pytest.approx((1 + 1 + 2) / 9, abs=1e-3)
    assert pictures_in(tmp_path / "report") == {"text_valence.png", "text_arousal.png"}


def test_the_original_layout_in_both_interface_languages(tmp_path: Path) -> None:
    data = tmp_path / "twitter"
    (data / "images").mkdir(parents=True)
    for at, colour in enumerate(COLOURS[:3]):
        (data / "images" / f"{at}.png").write_bytes(drawn(colour))
    (data / "test.csv").write_text(
        "txt,new_image_id,multi_label\nSo happy today,0.png,1\nA chair,1.png,0\nI am so sad,2.png,-1\n", "utf-8"
    )
    english = evaluate("sentiment", "--data", data, "--report", tmp_path / "en")
    assert english.exit_code == 0, english.stderr
    for words in ("3 of 3 rows of test.csv", "Accuracy", "photo + text", f"Report: {tmp_path / 'en'}"):
        assert words in english.stdout
    chinese = evaluate("sentiment", "--data", data, "--report", tmp_path / "zh", interface="zh")
    for words in ("test.csv：评测 3 行，共 3 行", "准确率", "照片+文字", f"报告：{tmp_path / 'zh'}"):
        assert words in chinese.stdout


@pytest.mark.parametrize(("interface", "words"), [("en", "row 2: the photo cannot"), ("zh", "第 2 行：照片无法使用")])
def test_a_damaged_photo_names_its_row_and_leaves_nothing_behind(tmp_path: Path, interface: str, words: str) -> None:
    columns = {"image": [drawn("red"), drawn("red")[:60]], "sentiment": ["positive", "negative"]}
    pq.write_table(pa.table(columns), tmp_path / "bad.parquet")
    result = evaluate("sentiment", "--data", tmp_path / "bad.parquet", "--report", tmp_path / "r", interface=interface)
    assert result.exit_code == 6
    assert result.stdout == ""
    assert f"{tmp_path / 'bad.parquet'}" in result.stderr
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"bad.parquet"}


@pytest.mark.parametrize("task", ["captions", "sentiment"])
def test_a_missing_file_is_one_clear_line(tmp_path: Path, task: str) -> None:
    result = evaluate(task, "--data", tmp_path / "none.csv", "--report", tmp_path / "r")
    assert result.exit_code == 6
    assert "none.csv: no such file" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_report_is_replaced_and_nothing_else(felt: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.mkdir()
    measured("sentiment", felt, report, "--text-only")
    (report / "report.md").write_text("old", "utf-8")
    measured("sentiment", felt, report, "--text-only", "--limit", 3)
    assert (report / "report.md").read_text("utf-8").startswith("# Sentiment")
    (report / "mine.txt").write_text("dear diary", "utf-8")
    before = {path.name: path.read_bytes() for path in report.iterdir()}
    result = evaluate("sentiment", "--data", felt, "--report", report)
    assert result.exit_code == 6
    assert "something else than an evaluation report" in result.stderr
    assert {path.name: path.read_bytes() for path in report.iterdir()} == before
    assert evaluate("sentiment", "--data", felt, "--report", felt).exit_code == 6
    assert {path.name for path in tmp_path.iterdir()} == {"report", "felt.parquet"}


def test_a_folder_that_cannot_be_made(felt: Path) -> None:
    result = evaluate("sentiment", "--data", felt, "--report", felt / "below" / "a-file")
    assert result.exit_code == 6
    assert "cannot be written" in result.stderr


def test_the_same_measurement_gives_the_same_bytes(felt: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        measured("sentiment", felt, tmp_path / name, "--text-only")
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize(
    ("option", "value"), [("--language", "xx"), ("--captioner", "nosuch"), ("--limit", "0"), ("--limit", "many")]
)
def test_options_that_cannot_be(captioned: Path, tmp_path: Path, option: str, value: str) -> None:
    result = evaluate("captions", "--data", captioned, "--report", tmp_path / "r", option, value)
    assert result.exit_code == 2
    assert not (tmp_path / "r").exists()


def test_a_missing_extra_names_the_line_to_run(felt: Path, tmp_path: Path) -> None:
    code = "import sys; sys.modules['matplotlib'] = None; from emotigram.apps.cli.main import main; main()"
    words = ["evaluate", "sentiment", "--data", str(felt), "--report", str(tmp_path / "r")]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 4
    assert "matplotlib" in done.stderr
    assert "pip install 'emotigram[evaluate]'" in done.stderr


def test_the_command_line_starts_without_the_extra() -> None:
    code = "import emotigram.apps.cli.main, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    heavy = {"matplotlib", "sklearn", "scipy", "pyarrow", "pycocoevalcap", "tqdm", "emotigram.evaluation"}
    assert not heavy & set(done.stdout.split())


@pytest.fixture(scope="module")
def posts_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on posts for three drawn photos, one of them in a folder below."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "more").mkdir()
    for name, colour in (("a.png", "red"), ("b.png", "blue"), ("more/c.png", "green")):
        (folder / name).write_bytes(drawn(colour))
    (folder / "notes.txt").write_text("no photo")
    report = folder.parent / "report"
    wanted = ("-p", "x", "-p", "moments", "-l", "zh", "-l", "ja", "--writer", "embedded")
    result = evaluate("posts", "--photos", folder, "--report", report, *wanted)
    assert result.exit_code == 0, result.stderr
    assert "3 photos" in result.stdout
    return report


def test_posts_are_counted_by_language_platform_and_tone(posts_report: Path) -> None:
    found = json.loads((posts_report / "report.json").read_text("utf-8"))
    figures = found["figures"]
    assert figures["all"]["n"] == 3 * 2 * 2 * 3
    assert set(figures["languages"]) == {"zh", "ja"}
    assert set(figures["platforms"]) == {"x", "moments"}
    assert set(figures["tones"]) == {"negative", "neutral", "positive"}
    everything = figures["all"]
    assert everything["compliance"] == everything["language"] == 1
    assert everything["unsupported"] == 0
    assert everything["cost"] == 0
    assert figures["languages"]["zh"]["emotion"] >= 0.9
    assert figures["languages"]["ja"]["emotion"] is None
    assert everything["emotion_judged"] == 18
    assert everything["ms_mean"] > 0


def test_a_report_on_posts_can_be_read_and_looked_at(posts_report: Path) -> None:
    words = (posts_report / "report.md").read_text("utf-8")
    assert "| zh | 18 | 100.0% |" in words
    assert "not judged" in words
    for name in ("languages.png", "platforms.png", "times.png"):
        with Image.open(posts_report / name) as picture:
            assert picture.size[0] > 400
    with (posts_report / "languages.csv").open(encoding="utf-8") as file:
        assert [line[0] for line in csv.reader(file)] == ["language", "zh", "ja"]


@pytest.mark.parametrize("interface", ["en", "zh"])
def test_posts_of_no_photos_are_an_error(tmp_path: Path, interface: str) -> None:
    empty = evaluate("posts", "--photos", tmp_path, "--report", tmp_path / "r", interface=interface)
    assert empty.exit_code == 6
    missing = evaluate("posts", "--photos", tmp_path / "none", "--report", tmp_path / "r", interface=interface)
    assert missing.exit_code == 6
    wrong = evaluate("posts", "--photos", tmp_path, "--report", tmp_path / "r", "--tone", "loud", interface=interface)
    assert wrong.exit_code == 2
    assert not (tmp_path / "r").exists()
