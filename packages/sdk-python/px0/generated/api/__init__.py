# flake8: noqa

__all__ = [
    "APIKeysApi",
    "AuditApi",
    "AuthApi",
    "ChangeRequestsApi",
    "DeliveryApi",
    "HealthApi",
    "InboxApi",
    "OrganizationsApi",
    "ProfileApi",
    "PromptPayloadsApi",
    "PromptPoliciesApi",
    "PromptRendersApi",
    "PromptVersionsApi",
    "PromptsApi",
    "TeamManagementApi",
    "TeamsApi",
    "UserManagementApi",
]

import typing as _typing

if _typing.TYPE_CHECKING:
    # import apis into api package
    from px0.generated.api.api_keys_api import APIKeysApi
    from px0.generated.api.audit_api import AuditApi
    from px0.generated.api.auth_api import AuthApi
    from px0.generated.api.change_requests_api import ChangeRequestsApi
    from px0.generated.api.delivery_api import DeliveryApi
    from px0.generated.api.health_api import HealthApi
    from px0.generated.api.inbox_api import InboxApi
    from px0.generated.api.organizations_api import OrganizationsApi
    from px0.generated.api.profile_api import ProfileApi
    from px0.generated.api.prompt_payloads_api import PromptPayloadsApi
    from px0.generated.api.prompt_policies_api import PromptPoliciesApi
    from px0.generated.api.prompt_renders_api import PromptRendersApi
    from px0.generated.api.prompt_versions_api import PromptVersionsApi
    from px0.generated.api.prompts_api import PromptsApi
    from px0.generated.api.team_management_api import TeamManagementApi
    from px0.generated.api.teams_api import TeamsApi
    from px0.generated.api.user_management_api import UserManagementApi
    
else:
    from importlib import import_module

    _exports = {
        "APIKeysApi": ".api_keys_api",
        "AuditApi": ".audit_api",
        "AuthApi": ".auth_api",
        "ChangeRequestsApi": ".change_requests_api",
        "DeliveryApi": ".delivery_api",
        "HealthApi": ".health_api",
        "InboxApi": ".inbox_api",
        "OrganizationsApi": ".organizations_api",
        "ProfileApi": ".profile_api",
        "PromptPayloadsApi": ".prompt_payloads_api",
        "PromptPoliciesApi": ".prompt_policies_api",
        "PromptRendersApi": ".prompt_renders_api",
        "PromptVersionsApi": ".prompt_versions_api",
        "PromptsApi": ".prompts_api",
        "TeamManagementApi": ".team_management_api",
        "TeamsApi": ".teams_api",
        "UserManagementApi": ".user_management_api",
    }

    def __getattr__(name: str) -> object:
        if (module_name := _exports.get(name)) is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(module_name, __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted(globals().keys() | _exports.keys())
