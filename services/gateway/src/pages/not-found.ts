/** What an address answers at which nothing is: a browser gets a page to read, a program the API's error. */
import type express from 'express';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Page not found · px0</title>
<style>
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.5 system-ui, sans-serif;
  background: light-dark(#fff, #111214); color: light-dark(#1b1c1f, #ececee) }
main { max-width: 28rem; padding: 2rem; text-align: center }
h1 { margin: 0 0 .5rem; font-size: 1.25rem }
p { margin: 0 0 1rem }
a { color: inherit; margin: 0 .5rem }
</style>
</head>
<body>
<main>
<h1>Page not found</h1>
<p>There is nothing at this address. The link may be wrong, or the page may have moved.</p>
<p><a href="/">Go to px0</a> <a href="/docs">Read the documentation</a></p>
</main>
</body>
</html>
`;

/** Mount it last. What it leaves alone gets the JSON answer that every app ends with. */
export function mountNotFound(app: express.Express): void {
  app.use((req, res, next) => {
    res.vary('Accept');
    if (req.accepts(['json', 'html']) !== 'html') {
      next();
      return;
    }
    res.status(404).set('Cache-Control', 'no-cache').type('html').send(PAGE);
  });
}
