"""Write the posts that readers will judge: of every photo of a folder, with and without the user's words.

Run: python benchmarks/judging/write.py FOLDER TRUTH.toml POSTS.jsonl --language zh  (with the version to be judged)
TRUTH.toml has a table a photo, named as its file: what is in it (`truth_zh`), what its user typed (`words_zh`, if any).
"""

from __future__ import annotations

import argparse
import json
import tomllib
from pathlib import Path

from tqdm import tqdm

from emotigram import open_photo, open_studio
from emotigram.domain import Post

PLATFORMS = {"zh": ("moments", "xiaohongshu", "weibo"), "en": ("instagram", "x", "linkedin")}


def main() -> None:
    """Read each photo once and write to a platform in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("posts", type=Path)
    parser.add_argument("--language", choices=PLATFORMS, required=True)
    parser.add_argument("--writer", default="embedded")
    parser.add_argument("--platforms", type=int, default=1, help="how many of the platforms each photo gets")
    asked = parser.parse_args()
    truths = tomllib.loads(asked.truth.read_text("utf-8"))
    photos = [path for path in sorted(asked.folder.iterdir()) if path.stem in truths]
    studio, language = open_studio(writer=asked.writer, remember_lines=False), asked.language
    with asked.posts.open("w", encoding="utf-8") as file:
        for at, path in enumerate(tqdm(photos, desc="photos", disable=None)):
            truth = truths[path.stem]
            words = truth.get(f"words_{language}", "")
            reading = studio.read(open_photo(path), words)
            for turn in range(asked.platforms):
                platform = PLATFORMS[language][(at + turn) % len(PLATFORMS[language])]
                post = studio.write(reading, platform=platform, language=language)
                row = {"photo": path.name, "truth": truth[f"truth_{language}"], "words": words, "platform": platform}
                file.write(json.dumps({**row, "post": shown(post)}, ensure_ascii=False) + "\n")


def shown(post: Post) -> str:
    """The post as its readers would see it."""
    return "\n\n".join(filter(None, [post.title, post.full_text]))


if __name__ == "__main__":
    main()
