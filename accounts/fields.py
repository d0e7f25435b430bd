from typing import Any

from django.db import models


class EmailMinuscule(models.EmailField):  # type: ignore[type-arg]  # not subscriptable at run time
    """An e-mail address that is written, compared and looked up in lower case."""

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return prepared.lower() if isinstance(prepared, str) else prepared
