#!/usr/bin/env bash
# OpenAPI Generator 7.26.0, typescript-fetch: a client that cancels a request is told that the request failed, and a web page is the
# success of an operation without a result.
#
# 1. `fetch` rejects with the signal's reason when the caller aborts. The generated runtime catches every Error and throws a FetchError in
#    its place, "The request failed and the interceptors did not return an alternative response". So `error.name === 'AbortError'`,
#    the usual test for "the user has left the page", is never true, and a cancelled call is reported, or retried, as an outage.
# 2. For a 204 the generated method looks at neither the body nor the media type, and takes every status from 200 to 299: the page of a
#    sign-in portal (200, text/html) in answer to a DELETE means "deleted".
#
# Output:
expected='fetch itself: AbortError
generated client: FetchError, cause AbortError
DELETE answered 200 with a web page: resolves, undefined'

set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m pip install --quiet --root-user-action ignore --no-deps --disable-pip-version-check --target jar openapi-generator-cli==7.26.0
cat >api.json <<'JSON'
{
  "openapi": "3.0.3",
  "info": { "title": "Things", "version": "1" },
  "paths": {
    "/things/{id}": {
      "delete": {
        "operationId": "deleteThing",
        "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
        "responses": { "204": { "description": "deleted" } }
      }
    }
  }
}
JSON
java -jar jar/openapi_generator_cli/openapi-generator.jar generate -g typescript-fetch -i api.json -o client >generator.log 2>&1
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund typescript@5.9.3
npx tsc --outDir built --module commonjs --target es2022 --lib es2022,dom --skipLibCheck client/index.ts
cat >run.cjs <<'JS'
const { createServer } = require('node:http');
const { Configuration, DefaultApi } = require('./built/index.js');

async function outcome(promise) {
  try {
    return `resolves, ${await promise}`;
  } catch (error) {
    return error.cause === undefined ? error.name : `${error.name}, cause ${error.cause.name}`;
  }
}

const server = createServer((request, response) => {
  if (request.url === '/things/slow') return;
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please sign in</html>');
});
server.listen(0, '127.0.0.1', async () => {
  const origin = `http://127.0.0.1:${server.address().port}`;
  const api = new DefaultApi(new Configuration({ basePath: origin }));
  const cancelled = () => AbortSignal.abort();
  const plain = await fetch(`${origin}/things/slow`, { signal: cancelled() }).catch((error) => error.name);
  console.log(`fetch itself: ${plain}`);
  console.log(`generated client: ${await outcome(api.deleteThing({ id: 'slow' }, { signal: cancelled() }))}`);
  console.log(`DELETE answered 200 with a web page: ${await outcome(api.deleteThing({ id: '1' }))}`);
  server.close();
  server.closeAllConnections();
});
JS
seen=$(node run.cjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { echo 'OpenAPI Generator 7.26.0 behaves differently now'; exit 1; }
