#!/bin/sh
# Goes from nothing to two rendered prompts with nothing but curl: creates an account, an API key, a prompt and a version, promotes the
# version from draft to stable to live, and renders the prompt by slug; then does the same with a chat prompt. Each step uses the result of
# the one before, without waiting.
#
#   npm start                  # in another terminal
#   examples/quickstart.sh     # default: PX0_HOST=http://localhost:8000
set -eu

host=${PX0_HOST:-http://localhost:8000}
email="quickstart-$(date +%s)-$$@example.com"
password='Quick-start-1'

say() { printf '%s\n' "$*" >&2; }

# call METHOD PATH TOKEN [BODY]: prints the response's body; exits if the status is not 2xx.
call() {
  method=$1 path=$2 token=$3 body=${4-}
  set -- -sS -X "$method" -w '\n%{http_code}' "$host$path"
  if [ -n "$token" ]; then set -- "$@" -H "Authorization: Bearer $token"; fi
  if [ -n "$body" ]; then set -- "$@" -H 'Content-Type: application/json' -d "$body"; fi
  response=$(curl "$@")
  status=$(printf '%s\n' "$response" | tail -n 1)
  response=$(printf '%s\n' "$response" | sed '$d')
  case $status in
    2??) printf '%s\n' "$response" ;;
    *)
      say "$method $path was answered with $status: $response"
      exit 1
      ;;
  esac
}

# field NAME JSON: prints the first string with that name.
field() {
  printf '%s\n' "$2" | tr '{,' '\n\n' | sed -n "s/^\"$1\":\"\\([^\"]*\\)\".*/\\1/p" | head -n 1
}

say "1. Register $email"
call POST /v1/auth/register '' "{\"email\":\"$email\",\"password\":\"$password\"}" >/dev/null

say '2. Log in'
answer=$(call POST /v1/auth/login '' "{\"email\":\"$email\",\"password\":\"$password\"}")
session=$(field token "$answer")

say '3. Find the organization and the team of the new account'
answer=$(call GET /v1/me/orgs "$session")
organization=$(field id "$answer")
answer=$(call GET /v1/me/teams "$session")
team=$(field id "$answer")

say '4. Create an API key'
answer=$(call POST /v1/api-keys "$session" "{\"name\":\"quickstart\",\"org_id\":\"$organization\",\"operation\":\"all\"}")
key=$(field key "$answer")

say '5. Create a prompt'
answer=$(call POST "/v1/teams/$team/prompts" "$key" '{"name":"Greeting","slug":"greeting"}')
prompt=$(field id "$answer")

say '6. Write its first version'
call POST "/v1/prompts/$prompt/versions" "$key" '{"template":"Hello, {{.name}}! This text lives in px0."}' >/dev/null

say '7. Promote it: draft to stable, stable to live'
call POST "/v1/prompts/$prompt/versions/1/promote" "$key" >/dev/null
call POST "/v1/prompts/$prompt/versions/1/promote" "$key" >/dev/null

say '8. Render it'
answer=$(call POST /v1/prompts/greeting/render "$key" '{"variables":{"name":"Ada"}}')
printf '%s\n' "$answer" | sed -n 's/.*"rendered":"\([^"]*\)".*/\1/p'

say '9. Create a chat prompt, write a conversation, and promote it'
answer=$(call POST "/v1/teams/$team/prompts" "$key" '{"name":"Tutor","slug":"tutor"}')
chat=$(field id "$answer")
call POST "/v1/prompts/$chat/versions" "$key" '{
  "messages": [
    {"role": "system", "template": "You are a {{.mood}} tutor."},
    {"placeholder": "history"},
    {"role": "user", "template": "{{.question}}"}
  ]
}' >/dev/null
call POST "/v1/prompts/$chat/versions/1/promote" "$key" >/dev/null
call POST "/v1/prompts/$chat/versions/1/promote" "$key" >/dev/null

say '10. Render it, with the history of the talk'
answer=$(call POST /v1/prompts/tutor/render "$key" '{
  "variables": {
    "mood": "patient",
    "history": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}],
    "question": "Why is the sky blue?"
  }
}')
printf '%s\n' "$answer" | sed -n 's/.*"messages":\(\[[^]]*]\).*/\1/p'
