/**
 * VitePress's own theme in the console's look: its typefaces, colours, logo and choice of light or dark, a link to the console, a search that
 * finds guides first, and a page for unknown addresses that searches.
 * See docs/decisions/220-one-look.md.
 */
import { useData, useRoute } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { h, nextTick, onMounted, watch } from 'vue';
import { mendAccessibility } from './accessibility.js';
import { NotFound } from './not-found.js';
import { boostOf } from './search-boost.ts';
// Behind the theme's own styles, which it overrides.
import './tokens.css';
import './style.css';

/** The router of the site takes links of this origin for pages of its own, except those with a target. */
const consoleLink = () =>
  h('a', { class: 'console-link', href: '/', target: '_self', title: 'Open the px0 console' }, 'Console');

const Layout = {
  setup() {
    const { isDark } = useData();
    const route = useRoute();
    watch(isDark, shareTheme, { flush: 'post' });
    onMounted(mendAccessibility);
    watch(
      () => route.path,
      () => void nextTick(mendAccessibility),
    );
    return () =>
      h(DefaultTheme.Layout, null, {
        'nav-bar-content-after': consoleLink,
        'nav-screen-content-after': consoleLink,
        'not-found': () => h(NotFound),
      });
  },
};

/** The console reads the choice from its own key; `site-config.ts` goes the other way before the first paint. */
function shareTheme() {
  const choice = localStorage.getItem('vitepress-theme-appearance');
  if (choice === 'dark' || choice === 'light') localStorage.setItem('px0.theme', choice);
  else localStorage.removeItem('px0.theme');
}

const theme = {
  extends: DefaultTheme,
  Layout,
  enhanceApp({ siteData }) {
    // A function in the configuration would reach the browser as text to evaluate, which the gateway's policy forbids.
    const { search } = siteData.value.themeConfig;
    search.options = {
      ...search.options,
      miniSearch: { searchOptions: { boostDocument: (id) => boostOf(id) } },
    };
  },
};

// biome-ignore lint/style/noDefaultExport: VitePress asks for it
export default theme;
