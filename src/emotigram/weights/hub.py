"""What is asked of a hub: a commit's files with their checksums, and their bytes. Imports ``huggingface_hub``."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
from huggingface_hub import constants, get_token, hf_hub_url
from huggingface_hub.errors import OfflineModeIsEnabled
from pydantic import TypeAdapter
from pydantic_core import from_json

from emotigram.errors import HubChanged, HubOffline, HubRefused, HubUnreachable
from emotigram.weights.hub_http import HubClient, read_at_most
from emotigram.weights.record import FileRecord, Record, Watcher

constants.HF_HUB_DISABLE_TELEMETRY = True  # else the library says which packages and programs run here

_HOME = "https://huggingface.co"
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_CHUNK_BYTES = 1 << 18  # what a cut connection may cost
_PATIENCE_S = (1, 3)  # waits before giving up where nothing at all arrives
_BUSY = (408, 429)  # these pass, and so do
_SERVER_FAULT = 500  # this and those above it
_LISTING_BYTES = 1 << 23  # some 30,000 files; the largest repositories of models have a tenth
_LISTING_S = 60
_LICENCE_LENGTH = 100  # characters


@dataclass(frozen=True, slots=True)
class Listing:
    """One commit of a repository: its files, in all its folders, and its tags."""

    commit: str
    tags: tuple[str, ...]
    files: Mapping[str, FileRecord]

    @property
    def licence(self) -> str:
        """The licence that the tags name, '' for none."""
        licences = [tag.removeprefix("license:") for tag in self.tags if tag.startswith("license:")]
        return ", ".join(licences)[:_LICENCE_LENGTH]


_LISTINGS = TypeAdapter(Listing)


class Hub:
    """The hub that the environment names (HF_ENDPOINT); ``name`` is what messages call the weights.

    Raises HubOffline where the environment forbids the network; its methods raise HubUnreachable and HubRefused.
    """

    def __init__(self, name: str) -> None:
        for variable in _OFFLINE:
            if os.environ.get(variable, "").upper() in constants.ENV_VARS_TRUE_VALUES:
                raise HubOffline(name=name, variable=variable)
        self._name = name
        self._endpoint = (os.environ.get("HF_ENDPOINT") or _HOME).rstrip("/")
        self.host = self._endpoint.rpartition("://")[2].partition("/")[0].rpartition("@")[2]
        with self._faults_named():
            agent = f"emotigram/{version('emotigram')}"
            self._client = HubClient(self._endpoint, _token(self._endpoint), agent, name, self.host)

    def look_up(self, repo: str, revision: str) -> Listing:
        """A revision as it is now: a commit, branch or tag, '' for the newest commit."""
        at = f"/revision/{quote(revision, safe='')}" if revision else ""
        url = f"{self._endpoint}/api/models/{repo}{at}?blobs=true"
        with self._faults_named(), self._client.get(url, {}, constants.HF_HUB_ETAG_TIMEOUT) as response:
            return _listing(from_json(read_at_most(response, _LISTING_BYTES, _LISTING_S)))

    def fetch(self, record: Record, file: str, part: Path, watcher: Watcher) -> None:
        """Fetch a file into ``part``, from where an earlier attempt left it; raises HubChanged if it is longer."""
        url = hf_hub_url(record.repo, file, revision=record.commit, endpoint=self._endpoint)
        size = record.files[file].size
        stalls = 0  # in a row
        watcher.start("fetching", file, size, length_of(part))
        with self._faults_named():
            while (before := length_of(part)) < size:
                try:
                    self._stream(url, file, size, part, watcher)
                except httpx2.TransportError:
                    stalls = 0 if length_of(part) > before else stalls + 1
                    if stalls > len(_PATIENCE_S):
                        raise
                    time.sleep(_PATIENCE_S[stalls - 1] if stalls else 0)

    def _stream(self, url: str, file: str, size: int, part: Path, watcher: Watcher) -> None:
        start = length_of(part)
        headers = {"range": f"bytes={start}-"} if start else {}
        with self._client.get(url, headers, constants.HF_HUB_DOWNLOAD_TIMEOUT) as response:
            resumes = response.status_code == httpx2.codes.PARTIAL_CONTENT
            if start and not resumes:  # this server gives whole files only
                watcher.start("fetching", file, size)
            with part.open("ab" if resumes else "wb") as out:
                for chunk in response.iter_bytes(_CHUNK_BYTES):
                    if out.tell() + len(chunk) > size:
                        raise HubChanged(name=self._name, file=file)
                    out.write(chunk)
                    watcher.advance(len(chunk))
        if length_of(part) <= start:
            raise httpx2.RemoteProtocolError(f"{file}: no more bytes came")

    @contextmanager
    def _faults_named(self) -> Iterator[None]:
        try:
            yield
        except httpx2.HTTPStatusError as error:
            status = error.response.status_code
            if status >= _SERVER_FAULT or status in _BUSY:
                raise HubUnreachable(name=self._name, host=self.host) from error
            raise HubRefused(name=self._name, host=self.host, status=status) from error
        except OfflineModeIsEnabled as error:  # set when this process began
            raise HubOffline(name=self._name, variable=_OFFLINE[0]) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError) as error:
            # what is no hub, such as a hotel's login page, answers with anything at all
            raise HubUnreachable(name=self._name, host=self.host) from error


def _listing(answer: Any) -> Listing:
    """What a hub's answer says of files; raises ValueError, KeyError or TypeError for one in another form."""
    files = {}
    for each in answer["siblings"]:
        name, large = each["rfilename"], each.get("lfs")
        files[name] = {"size": each["size"], "git_sha1": each["blobId"]} if large is None else large
    return _LISTINGS.validate_python({"commit": answer["sha"], "tags": answer.get("tags") or (), "files": files})


def _token(endpoint: str) -> str:
    """The token to send: HF_TOKEN to whatever HF_ENDPOINT says, a saved login only to the hub that it is of."""
    given = os.environ.get("HF_TOKEN", "").strip()
    if given or endpoint != _HOME or constants.HF_HUB_DISABLE_IMPLICIT_TOKEN:
        return given
    return get_token() or ""


def length_of(path: Path) -> int:
    """Bytes of a file, 0 where there is none."""
    return path.stat().st_size if path.exists() else 0
