"""The generated client's classes that have to know more than the API's description says: settings that cannot work are refused
when they are given, connections are not shared with a parent process, and answers are judged by who has sent them.
"""

from __future__ import annotations

from typing import Any, Dict, Optional

import urllib3

from . import generated
from ._judge import judge_error, no_answer
from ._options import access_token_of, host_of
from ._process import Home, never_free
from ._text import without_token
from ._transport import LARGEST_BODY, Answer
from .errors import Px0Error, UnreachableError, UsageError
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
    """Sends the requests of the `...Api` classes. After a fork it has connections of its own.

    What px0 refuses is raised as an ApiException; what something else answers in its place, as UnreachableError.
    """

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

    def param_serialize(self, *arguments: Any, **options: Any) -> Any:
        """Raises UsageError for parameters that no request can hold."""
        try:
            return super().param_serialize(*arguments, **options)
        except Px0Error:
            raise
        except Exception as error:
            failed = type(error).__name__
        raise UsageError(f"the parameters hold what no request can: {failed}")

    def call_api(self, *arguments: Any, **options: Any) -> Any:
        """Raises UnreachableError when nothing answers, and UsageError for headers that cannot be sent."""
        self._home.check()
        try:
            return _Response(self.configuration.host, super().call_api(*arguments, **options))
        except Px0Error as error:
            if not isinstance(error, generated.ApiException):
                raise
            # The generated code has made it of an SSLError.
            failure: Px0Error = _away(self.configuration.host, error)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            failure = _away(self.configuration.host, error)
        except Exception as error:
            failure = UsageError(f"the request cannot be sent: {type(error).__name__}")
        raise failure

    def response_deserialize(self, response_data: Any, response_types_map: Optional[Dict[str, Any]] = None) -> Any:
        """Raises ApiException for what px0 refuses, and UnreachableError for what is no answer to the operation."""
        host, token = self.configuration.host, self.configuration.access_token or ""
        status = response_data.status
        answer = Answer(status, {name.lower(): value for name, value in response_data.headers.items()}, response_data.data)
        if not 200 <= status <= 299:
            error = judge_error(host, token, answer)
            if isinstance(error, UnreachableError):
                raise error
            body = without_token(token, answer.body.decode(errors="replace"))
            data = generated.APIError(error=str(error))
            raise generated.ApiException.from_response(http_resp=response_data, body=body, data=data)
        types = response_types_map or {}
        try:
            read = super().response_deserialize(response_data, types)
            is_it = str(status) in types and (read.data is None) == (types[str(status)] is None)
        except Exception:
            is_it = False
        if not is_it:
            # Not what has failed as the cause: its text would hold the answer.
            raise no_answer(host, answer, "which is no answer to this operation")
        return read

    def _begin_anew(self) -> None:
        never_free(self.rest_client)
        self.rest_client = rest.RESTClientObject(self.configuration)


class _Response(rest.RESTResponse):
    """An answer whose body is still to be read."""

    def __init__(self, host: str, response: Any) -> None:
        super().__init__(response.response)
        self._host = host

    def read(self) -> Any:
        """Raises UnreachableError when the answer does not arrive as a whole, or has no end."""
        if self.data is not None:
            return self.data
        try:
            data = self.response.read(LARGEST_BODY + 1, decode_content=True)
            if len(data) <= LARGEST_BODY:
                self.response.release_conn()
                self.data = data
                return data
            self.response.close()
            failure = UnreachableError(f"px0 at {self._host} answered with more than {LARGEST_BODY >> 20} MiB", status=self.status)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            failure = _away(self._host, error)
        raise failure


def _away(host: str, error: Exception) -> UnreachableError:
    """Neither with the error's text nor with itself as the cause: it may hold the proxy's password."""
    reason: Any = error
    while isinstance(getattr(reason, "reason", None), Exception):
        reason = reason.reason
    said = getattr(reason.__cause__ or reason.__context__, "strerror", None)
    name = "SSLError" if isinstance(reason, generated.ApiException) else type(reason).__name__
    return UnreachableError(f"{host} cannot be reached: {name}{f' ({said})' if isinstance(said, str) else ''}")
