"""What is asked of a hub: a commit's files with their checksums, and their bytes. Imports ``huggingface_hub``."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, constants, get_session, get_token, hf_hub_url
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
from huggingface_hub.hf_api import RepoSibling

from emotigram.errors import HubChanged, HubOffline, HubRefused, HubUnreachable
from emotigram.weights.record import FileRecord, Record, Watcher

constants.HF_HUB_DISABLE_TELEMETRY = True  # else the library says which packages and programs run here

_HOME = "https://huggingface.co"
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_CHUNK_BYTES = 1 << 18  # what a cut connection may cost
_PATIENCE_S = (1, 3)  # waits before giving up where nothing at all arrives
_BUSY = (408, 429)  # these pass, and so do
_SERVER_FAULT = 500  # this and those above it


@dataclass(frozen=True, slots=True)
class Listing:
    """One commit of a repository: its files, in all its folders, and the licence it names, '' for none."""

    commit: str
    licence: str
    files: Mapping[str, FileRecord]


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
        token = _token(self._endpoint)
        authorization = {"authorization": f"Bearer {token}"} if token else {}
        self._headers = {"user-agent": f"emotigram/{version('emotigram')}", **authorization}

    def look_up(self, repo: str, revision: str) -> Listing:
        """A revision as it is now: a commit, branch or tag, '' for the newest commit."""
        with self._faults_named():
            info = HfApi(self._endpoint, token=False, headers=self._headers).model_info(
                repo, revision=revision or None, files_metadata=True, timeout=constants.HF_HUB_ETAG_TIMEOUT
            )
            licences = [tag.removeprefix("license:") for tag in info.tags or [] if tag.startswith("license:")]
            files = {each.rfilename: _file_record(each) for each in info.siblings or []}
            return Listing(info.sha or "", ", ".join(licences), files)

    def fetch(self, record: Record, file: str, part: Path, watcher: Watcher) -> None:
        """Fetch a file into ``part``, from where an earlier attempt left it; raises HubChanged if it is longer."""
        url = hf_hub_url(record.repo, file, revision=record.commit, endpoint=self._endpoint)
        size = record.files[file].size
        waits = iter(_PATIENCE_S)
        watcher.start("fetching", file, size, length_of(part))
        with self._faults_named():
            while (before := length_of(part)) < size:
                try:
                    self._stream(url, file, size, part, watcher)
                except httpx2.TransportError:
                    if length_of(part) > before:
                        waits = iter(_PATIENCE_S)
                        continue
                    wait = next(waits, None)
                    if wait is None:
                        raise
                    time.sleep(wait)

    def _stream(self, url: str, file: str, size: int, part: Path, watcher: Watcher) -> None:
        start = length_of(part)
        headers = {**self._headers, "Accept-Encoding": "identity"}  # a range of compressed bytes would be another
        if start:
            headers["Range"] = f"bytes={start}-"
        timeout = constants.HF_HUB_DOWNLOAD_TIMEOUT
        with get_session().stream("GET", url, headers=headers, timeout=timeout) as response:
            response.raise_for_status()
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
        except (HfHubHTTPError, httpx2.HTTPStatusError) as error:
            status = error.response.status_code
            if status >= _SERVER_FAULT or status in _BUSY:
                raise HubUnreachable(name=self._name, host=self.host) from error
            raise HubRefused(name=self._name, host=self.host, status=status) from error
        except OfflineModeIsEnabled as error:  # set when this process began
            raise HubOffline(name=self._name, variable=_OFFLINE[0]) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError) as error:
            # what is no hub, such as a hotel's login page, answers with anything at all
            raise HubUnreachable(name=self._name, host=self.host) from error


def _token(endpoint: str) -> str:
    """The token to send: HF_TOKEN to whatever HF_ENDPOINT says, a saved login only to the hub that it is of."""
    given = os.environ.get("HF_TOKEN", "").strip()
    if given or endpoint != _HOME or constants.HF_HUB_DISABLE_IMPLICIT_TOKEN:
        return given
    return get_token() or ""


def length_of(path: Path) -> int:
    """Bytes of a file, 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def _file_record(file: RepoSibling) -> FileRecord:
    if file.lfs is not None:
        return FileRecord(file.lfs.size, sha256=file.lfs.sha256)
    if file.size is None or file.blob_id is None:
        raise ValueError("a listing without sizes and checksums")
    return FileRecord(file.size, git_sha1=file.blob_id)
