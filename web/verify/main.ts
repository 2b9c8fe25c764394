import '../lib/engine.ts';
import { createApp } from 'vue';
import '../citizen/style/tokens.css';
import './verify.css';
import './bundle.css';
import App from './App.vue';
import { serveReading } from './reading.ts';

// The file is its own worker: there is nothing beside it to load one from.
if (typeof document === 'undefined') serveReading();
else createApp(App).mount('#app');
