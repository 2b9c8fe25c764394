import { onUnmounted } from 'vue';

/** Reads aloud with the voice of the browser, where it has one (WeChat on Android has none). */
export function useReader() {
  const able = 'speechSynthesis' in window && 'SpeechSynthesisUtterance' in window;

  function read(text: string): void {
    const words = new SpeechSynthesisUtterance(text);
    words.lang = 'zh-CN';
    words.rate = 0.85;
    speechSynthesis.cancel();
    speechSynthesis.speak(words);
  }

  onUnmounted(() => able && speechSynthesis.cancel());
  return { able, read };
}
