import { ref } from 'vue';

/** Whoever unfolds the deeds of one candidate reads those of the next as well. */
export const unfolded = ref(false);
