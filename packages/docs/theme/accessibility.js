/**
 * Two things that VitePress's theme gets wrong for people who do not see the page: the arrow of a group in the sidebar is a button within a
 * button, and the key that opens the search is part of what is shown on its button but not of its name.
 */
export function mendAccessibility() {
  for (const arrow of document.querySelectorAll('.VPSidebarItem .item[role="button"] .caret')) {
    arrow.removeAttribute('role');
    arrow.removeAttribute('tabindex');
    arrow.removeAttribute('aria-label');
    arrow.setAttribute('aria-hidden', 'true');
  }
  const keys = document.querySelector('.DocSearch-Button-Keys');
  keys?.setAttribute('aria-hidden', 'true');
  // The styles draw it from there; as text it would have to be part of the name.
  for (const key of keys?.children ?? []) {
    if (key.textContent === '') continue;
    key.dataset.key = key.textContent;
    key.textContent = '';
  }
}
