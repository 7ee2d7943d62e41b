"""Where files lie: photos by the environment, and what the browser needs of npm's packages."""

from pathlib import Path
from typing import Any

from config import environment


def photos(usual: Path) -> dict[str, Any]:
    """The storage of photos, as Django's STORAGES has it: in a folder, or in a bucket that speaks S3."""
    if environment.choice("PHOTO_STORAGE", ("files", "s3")) == "files":
        return files_below(Path(environment.text("PHOTO_FOLDER", str(usual))))
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": environment.text("PHOTO_S3_BUCKET"),
            "endpoint_url": environment.text("PHOTO_S3_ENDPOINT", "") or None,
            "region_name": environment.text("PHOTO_S3_REGION", "us-east-1"),
            "access_key": environment.text("PHOTO_S3_KEY"),
            "secret_key": environment.text("PHOTO_S3_SECRET"),
            "default_acl": None,  # nothing is public there: the service itself serves what may be seen
            "file_overwrite": True,  # no name comes twice: a look whether it is taken would only take time
            "addressing_style": "path",
        },
    }


def files_below(folder: Path) -> dict[str, Any]:
    """A storage of files that nobody else on the machine reads."""
    return {
        "BACKEND": "reports.photos.storage.DurableFiles",
        "OPTIONS": {"location": folder, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    }


def from_npm(folder: Path) -> list[tuple[str, Path]]:
    """Django's STATICFILES_DIRS: only these come from npm; the rest of its folder is none of the browser's business."""
    wanted = (
        ("maplibre-gl", folder / "maplibre-gl/dist"),
        ("vazirmatn", folder / "vazirmatn/fonts/webfonts"),
        ("vazirmatn-digits", folder / "vazirmatn/misc/Farsi-Digits/fonts/webfonts"),
    )
    return [(name, part) for name, part in wanted if part.is_dir()]
