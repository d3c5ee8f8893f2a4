/** What stands at an address without a page: a search box with the words of the address in it, and the pages that are nearest to them. */
import { useData, withBase } from 'vitepress';
import { h, onMounted, ref } from 'vue';
import { nearestPages, wordsOf } from './nearest-pages.ts';

export const NotFound = {
  setup() {
    const { theme } = useData();
    const query = ref('');
    const pages = ref([]);
    // This page is built once for all addresses.
    onMounted(() => {
      query.value = wordsOf(location.pathname);
      pages.value = nearestPages(query.value, linksOf(theme.value.sidebar));
    });
    return () =>
      h('main', { class: 'no-page' }, [
        h('h1', 'Page not found'),
        h('p', 'The link may be wrong, or the page has moved.'),
        h(
          'form',
          {
            role: 'search',
            onSubmit: (event) => {
              event.preventDefault();
              openSearch(query.value);
            },
          },
          [
            h('input', {
              type: 'search',
              'aria-label': 'Search the documentation',
              value: query.value,
              onInput: (event) => {
                query.value = event.target.value;
              },
            }),
            h('button', { type: 'submit' }, 'Search'),
          ],
        ),
        pages.value.length > 0 && [
          h('h2', 'Did you mean'),
          h(
            'ul',
            pages.value.map(({ text, link }) => h('li', [h('a', { href: withBase(link) }, text)])),
          ),
        ],
        h('p', [
          h('a', { href: withBase('/') }, 'Introduction'),
          ' · ',
          h('a', { href: withBase('/api-reference/') }, 'API reference'),
          ' · ',
          h('a', { href: '/', target: '_self' }, 'Console'),
        ]),
      ]);
  },
};

/** All pages of the sidebar, which has one level of groups. */
function linksOf(sidebar) {
  return sidebar.flatMap(({ items }) => items.map(({ text, link }) => ({ text, link })));
}

/** The search box of the site begins with what this key holds. */
function openSearch(text) {
  sessionStorage.setItem('vitepress:local-search-filter', text);
  document.querySelector('#local-search button')?.click();
}
