/**
 * The API reference at `/docs/api`: Swagger UI over `/openapi.json`, with every file served from here. Nothing comes from another
 * origin, so it works without internet and under `script-src 'self'`; the validator on the internet is off.
 *
 * Swagger UI is plainer than Scalar's reference, but it is one package of ready files; Scalar has 27 direct dependencies (a Vue application, a
 * client, an editor), which every first `npm start` would install. Its only dependency, `@scarf/scarf`, consists of an install script, which npm
 * does not run here (`allowScripts` in the root `package.json`).
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';

/** Of the package's files only these: the others are source maps and demo pages. */
const ASSETS = /^\/(?:swagger-ui\.css|swagger-ui-bundle\.js|favicon-(?:16x16|32x32)\.png)$/;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>px0 API reference</title>
<link rel="icon" type="image/png" href="/docs/api/favicon-32x32.png">
<link rel="stylesheet" href="/docs/api/swagger-ui.css">
</head>
<body>
<main id="reference"></main>
<noscript>The reference needs JavaScript; the description itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/api/swagger-ui-bundle.js"></script>
<script src="/docs/api/reference.js"></script>
</body>
</html>
`;

const SCRIPT = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  // Swagger UI would send the description to a validator on the internet.
  validatorUrl: null,
});
`;

/** Mounts the page and its files. */
export function mountApiReference(app: express.Express): void {
  const directory = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
  const files = express.static(directory, { index: false, maxAge: '1h' });
  app.get('/docs/api', (_req, res) => {
    res.set('Cache-Control', 'no-cache').type('html').send(PAGE);
  });
  app.get('/docs/api/reference.js', (_req, res) => {
    res.set('Cache-Control', 'no-cache').type('js').send(SCRIPT);
  });
  app.use('/docs/api', (req, res, next) => {
    if (ASSETS.test(req.path)) files(req, res, next);
    else next();
  });
}
