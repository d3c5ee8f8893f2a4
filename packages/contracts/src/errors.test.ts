import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorCatalog, exampleMessage } from './errors.ts';

/** The strings of the contract, by status, transcribed from it; `...` stands for a detail. */
const contract: { readonly [status: number]: readonly string[] } = {
  400: [
    'invalid request body',
    'invalid revision',
    'invalid id',
    'invalid prompt id',
    'invalid payload id',
    'name is required',
    'name must be at most 255 characters',
    'email is required',
    'email and password are required',
    'email and code are required',
    'invalid email format',
    'password must be at least 8 characters',
    'password must contain at least one uppercase letter, one lowercase letter, one digit, and one special character',
    'current_password and new_password are required',
    'code and new_password are required',
    'user is already verified',
    'invalid verification code',
    'invalid or expired password reset code',
    'org_id is required',
    'invalid operation, must be read_render, all, or admin',
    'team does not belong to any organization',
    'team does not belong to the specified organization',
    'already a member of this team',
    'user_id is required',
    'user is not a member of this organization',
    'invalid role, must be admin, editor, or viewer',
    'invalid status, must be approved or rejected',
    'join request has already been resolved',
    'slug must be at most 255 characters',
    'slug must contain at least one letter or digit',
    'description must be at most 16384 characters',
    'template is required',
    'template must be at most 524288 bytes',
    'invalid template: ...',
    'from and to query parameters are required',
    'invalid from version',
    'invalid to version',
    'tag is required',
    'invalid tag format: must be 1-50 characters containing only letters, numbers, dashes, underscores, and dots',
    'invalid target team_id',
    'payload variables are required',
    'invalid payload variables: must be valid JSON',
  ],
  401: ['unauthorized', 'invalid credentials', 'invalid current password'],
  403: [
    'forbidden',
    'user is not verified',
    'access token required',
    'only admins can register users with a team_id',
    'user does not belong to the organization of the specified team',
  ],
  404: [
    'not found',
    'user not found',
    'user to add not found',
    'team not found',
    'target team not found',
    'organization not found',
    'api key not found',
    'user is not a member of this organization',
    'user is not a member of this team',
    'team member relationship not found',
    'join request not found',
    'prompt not found',
    'version not found',
    'from version not found',
    'to version not found',
    'tag not found',
    'payload not found',
    'no live version found for this prompt',
  ],
  405: ['method not allowed'],
  409: [
    'email already registered',
    'email already taken',
    'organization name already exists',
    'team name already exists under this organization',
    'a pending join request already exists for this team',
    'prompt with this name or slug already exists; please provide a unique name',
    'default team cannot be deleted',
    'default team cannot be moved',
    'default team must keep an admin',
  ],
  412: ['precondition failed'],
  413: ['request body too large'],
  422: [
    'only draft versions can be modified',
    'only draft versions can be deleted',
    'cannot promote version in live status: conflict',
    'cannot promote version in archived status: conflict',
    'only live versions can be demoted: conflict',
    'version is already archived: conflict',
    'prompt has too many versions or tags',
    'template execution failed: ...',
  ],
  429: ['too many requests', 'too many heavy renders'],
  500: [
    'internal error',
    'failed to send verification email',
    'failed to send password reset email',
    'template parse error',
  ],
  503: ['service unavailable', 'revision not yet available', 'template not yet available'],
};

describe('the error catalog', () => {
  it('has every string of the contract with its status', () => {
    const catalog = new Set(
      Object.values(errorCatalog).map(
        (entry) => `${entry.status} ${entry.message}${'detail' in entry ? ': ...' : ''}`,
      ),
    );
    for (const [status, messages] of Object.entries(contract)) {
      for (const message of messages) expect(catalog).toContain(`${status} ${message}`);
    }
  });

  it('says no string twice with one status', () => {
    const lines = Object.values(errorCatalog).map(({ status, message }) => `${status} ${message}`);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('gives an example with a detail where an error has one', () => {
    const code: ErrorCode = 'invalidTemplate';
    expect(exampleMessage(code)).toBe('invalid template: template: :1: unclosed action');
    expect(exampleMessage('forbidden')).toBe('forbidden');
  });
});
