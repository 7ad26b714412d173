// Screen readers and hyphenation go by the document's language, which Gradio leaves at English.
const speak = () => { document.documentElement.lang = element.querySelector("[lang]").lang; };
speak();
watch("value", speak);
