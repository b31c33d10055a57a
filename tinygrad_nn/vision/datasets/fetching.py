"""Files of a dataset from the web, their MD5 checked, whole or not at all.
Read `../../datasets/download.py` for the package's own, into a cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...errors import DataError, MissingExtraError


def fetch(mirrors: Sequence[str], folder: Path, files: dict[str, str], dataset: str) -> None:
    """Download the files that a folder lacks; `files` is the MD5 of each by its name.

    Raises:
        MissingExtraError: pooch is not installed. DataError: no mirror has them, and why.
    """
    try:
        import pooch
    except ImportError as error:
        raise MissingExtraError(
            f'{dataset}: a download needs pooch: pip install "tinygrad_nn[cli]"; or put '
            f"{', '.join(files)} into {folder}"
        ) from error
    downloader = pooch.HTTPDownloader(timeout=30)
    for name, md5 in files.items():
        failures = []
        for mirror in mirrors:
            try:
                pooch.retrieve(
                    mirror + name, f"md5:{md5}", fname=name, path=folder, downloader=downloader
                )
                break
            except (OSError, ValueError) as error:  # what requests raises is an OSError
                failures.append(f"{mirror}{name}: {error}")
        else:
            tried = "\n  ".join(failures)
            raise DataError(
                f"{dataset}: Error downloading {name}:\n  {tried}\nThe way out: put "
                f"{', '.join(files)} into {folder}."
            )
