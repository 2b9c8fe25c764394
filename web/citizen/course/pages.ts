/* They come together: whoever reads one goes on to the others, and the first script names one part instead of three. */
export { default as MadePage } from './MadePage.vue';
export { default as NoticePage } from './NoticePage.vue';
export { default as ResultPage } from './ResultPage.vue';
