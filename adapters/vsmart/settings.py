"""What the installer must give for V-Smart."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator


class VSmartSettings(BaseModel):
    """The `[library.vsmart]` section."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path = Field(description="folder from which V-Smart takes our files")
    acknowledgements: Path = Field(description="folder in which V-Smart leaves its acknowledgements")
    group: str | None = Field(None, description="group of V-Smart's own user, which may read our files")
    allow_others_to_write: bool = Field(False, description="accept that others than the gateway can write there")

    @model_validator(mode="after")
    def _two_folders(self) -> "VSmartSettings":
        if self.folder.resolve() == self.acknowledgements.resolve():
            raise ValueError("folder and acknowledgements must be two folders")
        return self
