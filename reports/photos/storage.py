"""Where the files of photos lie: in folders of this machine, unless the settings name another storage."""

import os
from typing import Any

from django.core.files.storage import FileSystemStorage


class DurableFiles(FileSystemStorage):
    """Files that are on the disk when they count as saved: a photo that was acknowledged outlives a power cut."""

    def _save(self, name: str, content: Any) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]  # its stubs leave it out
        # The name of a new file is on the disk with the file itself: ext4, XFS and Btrfs write both.
        handle = os.open(self.path(saved), os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        return saved
