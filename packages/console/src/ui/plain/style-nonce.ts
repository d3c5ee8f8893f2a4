/** The nonce that the gateway gave this page for style elements; empty under Vite's own server, which has no policy. */
export function styleNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce ?? '';
}
