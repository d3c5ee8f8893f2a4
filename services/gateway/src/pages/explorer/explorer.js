// The API explorer in the browser: shows the list of operations, or Swagger UI over the operations of one tag, by the address.
(() => {
  const stored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      // Storage may be blocked: the system's theme then applies, and there is no session.
      return null;
    }
  };
  const element = (id) => document.getElementById(id);

  // As in the console (`packages/console/public/start.js`).
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
  const showTheme = () => {
    const choice = stored('px0.theme');
    const dark = choice === 'dark' || (choice !== 'light' && systemIsDark.matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  };
  showTheme();
  systemIsDark.addEventListener('change', showTheme);

  const session = (() => {
    try {
      const found = JSON.parse(stored('px0.session') ?? 'null');
      return found !== null && Date.parse(found.expiresAt) > Date.now() ? found : undefined;
    } catch {
      return undefined;
    }
  })();

  /** Who calls, and how to call as somebody else. */
  const showCredentials = () => {
    const place = element('credentials');
    const [text] = place.children;
    if (session) {
      text.textContent = `You are signed in as ${session.user.email}: calls use your session. To call with an API key, open an operation and choose Authorize.`;
      return;
    }
    text.textContent =
      'You are not signed in. Open an operation and choose Authorize to enter an API key or the token of a session.';
    if (place.dataset.console !== 'true') return;
    const link = document.createElement('a');
    link.href = '/login';
    link.textContent = 'Sign in to the console';
    place.append(' ', link);
  };

  const loading = new Map();
  const load = (tag, attributes) => {
    const key = attributes.src ?? attributes.href;
    if (!loading.has(key)) {
      const promise = new Promise((resolve, reject) => {
        const node = Object.assign(document.createElement(tag), attributes);
        node.onload = resolve;
        node.onerror = () => {
          loading.delete(key);
          node.remove();
          reject(new Error(key));
        };
        document.head.append(node);
      });
      loading.set(key, promise);
    }
    return loading.get(key);
  };

  let shown;

  const showTag = async (tag) => {
    if (shown === tag) return;
    shown = tag;
    element('swagger').replaceChildren();
    element('state').textContent = 'Loading …';
    try {
      await Promise.all([
        load('link', { rel: 'stylesheet', href: '/docs/api/swagger-ui.css' }),
        load('script', { src: '/docs/api/swagger-ui-bundle.js' }),
      ]);
      if (shown !== tag) return;
      const ui = SwaggerUIBundle({
        url: `/docs/api/description?tag=${encodeURIComponent(tag)}`,
        domNode: element('swagger'),
        deepLinking: true,
        defaultModelsExpandDepth: -1,
        displayRequestDuration: true,
        persistAuthorization: false,
        // Swagger UI would send the description to a validator on the internet.
        validatorUrl: null,
        onComplete: () => {
          element('state').textContent = '';
          if (session) ui.preauthorizeApiKey('session', session.token);
        },
      });
    } catch {
      if (shown !== tag) return;
      shown = undefined;
      element('state').textContent = 'The explorer could not be loaded. Reload the page to try again.';
    }
  };

  /** `#/Tag` or `#/Tag/operationId`; everything else is the list. */
  const show = () => {
    const name = /^#\/([^/]+)/.exec(location.hash)?.[1];
    const tag = name && decodeURIComponent(name);
    const isKnown = [...document.querySelectorAll('#all-operations h2')].some(
      ({ textContent }) => textContent === tag,
    );
    element('all-operations').hidden = isKnown;
    element('explorer').hidden = !isKnown;
    if (isKnown) showTag(tag);
    else shown = undefined;
  };

  showCredentials();
  show();
  addEventListener('hashchange', show);
  // Swagger UI takes clicks on all links that begin with `#`, also on those outside of it, and changes the address without an event.
  const follow = (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (
      !link ||
      link.closest('#swagger') ||
      event.button !== 0 ||
      event.ctrlKey ||
      event.metaKey ||
      event.shiftKey
    )
      return;
    event.preventDefault();
    event.stopPropagation();
    location.hash = link.hash;
  };
  addEventListener('click', follow, { capture: true });
})();
