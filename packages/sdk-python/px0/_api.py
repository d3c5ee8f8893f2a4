"""The generated client's two classes that have to know more than the API's description says: settings that cannot work are
refused when they are given, and connections are not shared with a parent process.
"""

from __future__ import annotations

from typing import Any

from . import generated
from ._options import access_token_of, host_of
from ._process import Home, never_free
from .errors import UsageError
from .generated import rest


class Configuration(generated.Configuration):
    """Where px0 is, and as whom it is asked. Raises UsageError for a host or an access token that cannot work."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "_base_path":
            value = host_of("host", value)
        elif name == "access_token" and value is not None:
            value = access_token_of("access token", value)
        super().__setattr__(name, value)


class ApiClient(generated.ApiClient):
    """Sends the requests of the `...Api` classes. After a fork it has connections of its own."""

    def __init__(self, configuration: Any = None, *more: Any, **options: Any) -> None:
        """Raises UsageError for a proxy or certificates, given or of the environment, that cannot be used."""
        failed = None
        try:
            super().__init__(Configuration.get_default() if configuration is None else configuration, *more, **options)
        except UsageError:
            raise
        except Exception as error:
            failed = type(error).__name__
        if failed is not None:
            # Neither the error's text nor itself as the cause: it may hold the proxy's password.
            raise UsageError(
                "the proxy or the certificates of the configuration or of the environment"
                f" (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY) cannot be used: {failed}"
            )
        self._home = Home(self._begin_anew)

    def call_api(self, *arguments: Any, **options: Any) -> Any:
        self._home.check()
        return super().call_api(*arguments, **options)

    def _begin_anew(self) -> None:
        never_free(self.rest_client)
        self.rest_client = rest.RESTClientObject(self.configuration)
