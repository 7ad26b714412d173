"use strict";
// <emotigram-widget>: choose a photo, watch it being read and written about, take the post along.
// Talks to one EmotiGram server and to nobody else.
(() => {
    const WORDS = {
        en: {
            name: "A post from a photo",
            choose: "Choose a photo",
            another: "Choose another photo",
            ways: "or drop it here, or paste it",
            steps: ["Looking", "Feeling", "Writing"],
            working: "Your photo is being read …",
            done: "Your post is ready.",
            post: "Your post, to be edited",
            photo: "Your photo",
            copy: "Copy",
            copied: "Copied",
            again: "Write another",
            retry: "Try again",
            unreachable: "The server does not answer, or pages of this site may not use it.",
            cut: "The server stopped half-way. Please try again.",
            notPhoto: "That is no photo.",
        },
        zh: {
            name: "一张照片，一条文案",
            choose: "选择照片",
            another: "换一张照片",
            ways: "也可以拖到这里，或直接粘贴",
            steps: ["看照片", "读情绪", "写文案"],
            working: "正在看你的照片……",
            done: "文案写好了。",
            post: "文案，可以修改",
            photo: "你的照片",
            copy: "复制",
            copied: "已复制",
            again: "换一条",
            retry: "再试一次",
            unreachable: "服务没有应答，或者没有允许这个网站使用它。",
            cut: "服务中途断开了，请再试一次。",
            notPhoto: "这不是照片。",
        },
    };
    const STYLE = `
    :host {
      --accent: #4f46e5; --on-accent: #fff; --page: #fff; --text: #1d1d22; --quiet: #5f6068; --line: #e3e3df; --edge: #c9c9d6;
      --soft: #f6f6f3; --chosen: #eef0ff; --error: #a8322b; --on-error: #fdf0ef;
      display: block; max-width: 30rem; color-scheme: light dark;
      font: 16px/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei",
        "Noto Sans CJK SC", sans-serif;
    }
    @media (prefers-color-scheme: dark) {
      :host {
        --accent: #a5a8ff; --on-accent: #17172b; --page: #1b1b1f; --text: #ececf1; --quiet: #a9aab4; --line: #34343c; --edge: #4a4a57;
        --soft: #232329; --chosen: #2b2c52; --error: #ff9a94; --on-error: #3a2224;
      }
    }
    * { box-sizing: border-box; margin: 0; font: inherit; }
    [hidden] { display: none !important; }
    .card {
      display: grid; gap: 14px; padding: 16px; background: var(--page); color: var(--text);
      border: 1px solid var(--line); border-radius: 18px; box-shadow: 0 8px 28px rgb(20 20 40 / 7%);
    }
    .drop {
      position: relative; display: grid; justify-items: center; gap: 4px; padding: 28px 16px; text-align: center;
      border: 1.5px dashed var(--edge); border-radius: 12px; background: var(--soft); cursor: pointer;
      transition: border-color .15s, background .15s;
    }
    .drop:hover, .over .drop { border-color: var(--accent); background: var(--chosen); }
    .drop:focus-within, button:focus-visible, textarea:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .drop input { position: absolute; inset: 0; width: 100%; opacity: 0; cursor: pointer; }
    .drop b { font-weight: 600; color: var(--accent); }
    .drop::before {
      content: "+"; display: grid; place-items: center; width: 40px; height: 40px; margin-bottom: 4px;
      border-radius: 50%; color: var(--accent); background: var(--chosen); font-size: 24px; line-height: 1;
    }
    .has-photo .drop::before { content: none; }
    .has-photo .drop { gap: 0 12px; grid-template-columns: 72px 1fr; justify-items: start; align-items: center; padding: 10px; text-align: start; }
    .drop img { width: 72px; height: 72px; object-fit: cover; border-radius: 8px; grid-row: span 2; }
    .has-photo .drop b { align-self: end; }
    .has-photo .drop span { align-self: start; }
    .has-photo .drop img[hidden] ~ * { grid-column: span 2; }
    .drop span, .saw { color: var(--quiet); font-size: .875rem; }
    .steps { display: flex; gap: 8px; padding: 0; list-style: none; font-size: .8125rem; color: var(--quiet); }
    .steps li { flex: 1; padding-top: 6px; border-top: 3px solid var(--line); border-radius: 2px; }
    .steps .done { border-color: var(--accent); color: var(--text); }
    .steps .now { border-color: var(--accent); color: var(--text); animation: breathe 1.2s ease-in-out infinite; }
    @keyframes breathe { 50% { opacity: .45; } }
    @media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
    textarea {
      width: 100%; min-height: 9rem; padding: 12px; resize: vertical; color: var(--text); background: var(--soft);
      border: 1px solid var(--line); border-radius: 12px; field-sizing: content;
    }
    .buttons { display: flex; gap: 10px; }
    button {
      flex: 1; min-height: 44px; padding: 0 16px; border: 1px solid var(--line); border-radius: 12px; cursor: pointer;
      color: var(--text); background: transparent; font-weight: 550;
    }
    button.main { color: var(--on-accent); background: var(--accent); border-color: transparent; }
    button:disabled { opacity: .5; cursor: default; }
    .error { padding: 10px 12px; border-radius: 12px; color: var(--error); background: var(--on-error); font-size: .9375rem; }
    .said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  `;
    /** An error with a sentence for the user. */
    class Refused extends Error {
        code;
        retryable;
        constructor(message, code = "", retryable = true) {
            super(message);
            this.code = code;
            this.retryable = retryable;
        }
    }
    /** An element with properties and children. */
    function make(name, properties = {}, ...children) {
        const element = Object.assign(document.createElement(name), properties);
        element.append(...children);
        return element;
    }
    /** Server-sent events as they arrive. */
    async function* eventsIn(body) {
        const reader = body.pipeThrough(new TextDecoderStream()).getReader();
        for (let rest = "";;) {
            const { done, value } = await reader.read();
            if (done)
                return;
            const blocks = (rest + value).split("\n\n");
            rest = blocks.pop() ?? "";
            for (const block of blocks) {
                const event = /^event: (.*)\ndata: (.*)$/m.exec(block); // anything else only keeps the connection open
                if (event)
                    yield { name: event[1], data: JSON.parse(event[2]) };
            }
        }
    }
    const script = document.currentScript;
    const home = script?.src ? new URL(script.src).origin : location.origin;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    class EmotigramWidget extends HTMLElement {
        #words = WORDS.en;
        #photo;
        #readingId = "";
        #seed = 0;
        #asking;
        #input = make("input", { type: "file", accept: "image/*,.heic,.heif" });
        #image = make("img", { hidden: true });
        #choose = make("b");
        #ways = make("span");
        #steps = [make("li"), make("li"), make("li")];
        #progress = make("ol", { className: "steps", hidden: true }, ...this.#steps);
        #saw = make("p", { className: "saw", hidden: true });
        #text = make("textarea", { hidden: true, spellcheck: false });
        #copy = make("button", { type: "button", className: "main" });
        #again = make("button", { type: "button" });
        #buttons = make("div", { className: "buttons", hidden: true }, this.#copy, this.#again);
        #error = make("p", { className: "error", role: "alert", hidden: true });
        #said = make("p", { className: "said", role: "status" });
        #card = make("section", { className: "card" }, make("label", { className: "drop" }, this.#input, this.#image, this.#choose, this.#ways), ...[this.#progress, this.#saw, this.#text, this.#buttons, this.#error, this.#said]);
        constructor() {
            super();
            const root = this.attachShadow({ mode: "open" });
            root.adoptedStyleSheets = [sheet];
            root.append(this.#card);
            this.#input.addEventListener("change", () => this.#take(this.#input.files));
            this.#copy.addEventListener("click", () => void this.#copyText());
            this.#again.addEventListener("click", () => void this.#writeAgain());
            this.#image.addEventListener("error", () => (this.#image.hidden = true)); // HEIC, which few browsers show
            this.#card.addEventListener("dragover", (event) => this.#hover(event, true));
            this.#card.addEventListener("dragleave", (event) => this.#hover(event, false));
            this.#card.addEventListener("drop", (event) => {
                this.#hover(event, false);
                this.#take(event.dataTransfer?.files);
            });
        }
        connectedCallback() {
            this.#words = this.#tongue === "zh" ? WORDS.zh : WORDS.en;
            this.#card.lang = this.#tongue;
            this.#card.ariaLabel = this.#words.name;
            this.#text.ariaLabel = this.#words.post;
            this.#image.alt = this.#words.photo;
            this.#choose.textContent = this.#words.choose;
            this.#ways.textContent = this.#words.ways;
            this.#copy.textContent = this.#words.copy;
            this.#again.textContent = this.#words.again;
            this.#steps.forEach((step, at) => (step.textContent = this.#words.steps[at] ?? ""));
            document.addEventListener("paste", this.#paste);
        }
        disconnectedCallback() {
            this.#asking?.abort();
            document.removeEventListener("paste", this.#paste);
        }
        /** The language of posts: the page's wish, else one that every server writes; it knows who reads which Chinese. */
        get #language() {
            return this.getAttribute("language") || (this.#tongue === "zh" ? navigator.language : "en");
        }
        /** The language of the widget's own words. */
        get #tongue() {
            return (this.getAttribute("language") || navigator.language).startsWith("zh") ? "zh" : "en";
        }
        #hover(event, isOver) {
            event.preventDefault();
            this.#card.classList.toggle("over", isOver);
        }
        #paste = (event) => {
            const isOurs = event.target === document.body || event.target === this;
            if (isOurs && event.clipboardData?.files.length)
                this.#take(event.clipboardData.files);
        };
        #take(files) {
            const photo = files?.[0];
            if (!photo)
                return;
            this.#input.value = ""; // the same photo can be chosen again
            if (photo.type && !photo.type.startsWith("image/"))
                return this.#fail(new Refused(this.#words.notPhoto, "", false));
            URL.revokeObjectURL(this.#image.src);
            this.#image.src = URL.createObjectURL(photo);
            this.#image.hidden = false;
            this.#card.classList.add("has-photo");
            this.#choose.textContent = this.#words.another;
            this.#photo = photo;
            this.#readingId = "";
            void this.#ask();
        }
        async #writeAgain() {
            this.#seed += 1;
            await this.#ask();
        }
        /** Ask for a post, from the reading where there is one, else from the photo. */
        async #ask() {
            this.#asking?.abort();
            const asking = (this.#asking = new AbortController());
            this.#begin();
            try {
                await this.#follow(asking.signal);
            }
            catch (error) {
                if (asking.signal.aborted)
                    return; // another photo took its place
                if (error instanceof Refused && error.code === "reading_unknown" && this.#readingId) {
                    this.#readingId = ""; // forgotten by now: the photo is read again
                    return this.#ask();
                }
                this.#fail(error instanceof Refused ? error : new Refused(this.#words.unreachable));
            }
        }
        async #follow(signal) {
            const answer = await this.#send(signal);
            if (!answer.ok || !answer.body)
                throw this.#refusal(await answer.json());
            for await (const { name, data } of eventsIn(answer.body)) {
                if (name === "problem")
                    throw this.#refusal(data);
                if (this.#show(name, data))
                    return;
            }
            throw new Refused(this.#words.cut);
        }
        #send(signal) {
            const wishes = { language: this.#language };
            const [platform, style] = [this.getAttribute("platform"), this.getAttribute("writing-style")];
            if (platform)
                wishes["platform"] = platform;
            if (style)
                wishes["style"] = style;
            const headers = new Headers({ Accept: "text/event-stream", "Accept-Language": this.#tongue });
            const key = this.getAttribute("key");
            if (key)
                headers.set("Authorization", `Bearer ${key}`);
            const server = (this.getAttribute("server") || home).replace(/\/$/, "");
            const ask = (body) => fetch(`${server}/v1/posts`, { method: "POST", body, headers, signal, credentials: "omit" });
            if (this.#readingId) {
                headers.set("Content-Type", "application/json");
                return ask(JSON.stringify({ ...wishes, reading_id: this.#readingId, seed: this.#seed }));
            }
            const form = new FormData();
            for (const [name, value] of Object.entries(wishes))
                form.set(name, value);
            form.set("seed", String(this.#seed));
            form.set("photos", this.#photo);
            return ask(form);
        }
        #refusal(problem) {
            return new Refused(`${problem.detail} ${problem.hint}`, problem.code, problem.retryable);
        }
        /** Show one step; returns whether it was the last. */
        #show(name, data) {
            if (name === "captions") {
                this.#saw.textContent = data.description[this.#tongue] ?? Object.values(data.description)[0] ?? "";
                this.#saw.hidden = !this.#saw.textContent;
                this.#reach(1);
            }
            else if (name === "reading") {
                this.#readingId = data.id;
                this.#reach(2);
            }
            else if (name === "draft") {
                this.#text.value = [data.title, data.text].filter(Boolean).join("\n\n");
                this.#text.hidden = false;
            }
            else if (name === "post") {
                this.#finish(data);
                return true;
            }
            return false;
        }
        #begin() {
            this.#error.hidden = true;
            this.#progress.hidden = false;
            this.#buttons.hidden = true;
            this.#text.hidden = !this.#readingId;
            this.#text.readOnly = true;
            this.#saw.hidden = !this.#readingId;
            this.#card.ariaBusy = "true";
            this.#said.textContent = this.#words.working;
            this.#reach(this.#readingId ? 2 : 0);
        }
        /** Mark the steps before the given one as done; 3 is the end. */
        #reach(now) {
            this.#steps.forEach((step, at) => (step.className = at < now ? "done" : at === now ? "now" : ""));
        }
        #finish(made) {
            this.#reach(3);
            this.#text.value = [made.post.title, made.post.full_text].filter(Boolean).join("\n\n");
            this.#text.lang = made.post.language;
            this.#text.hidden = this.#again.hidden = false;
            this.#again.textContent = this.#words.again;
            this.#settle();
            this.#said.textContent = this.#words.done;
            this.dispatchEvent(new CustomEvent("emotigram:post", { detail: made, bubbles: true, composed: true }));
        }
        #fail(error) {
            this.#error.textContent = error.message;
            this.#error.hidden = false;
            this.#progress.hidden = true;
            this.#again.textContent = this.#words.retry;
            this.#again.hidden = !error.retryable;
            this.#settle();
        }
        #settle() {
            this.#card.ariaBusy = "false";
            this.#text.readOnly = false;
            this.#buttons.hidden = false;
            this.#copy.hidden = this.#text.hidden;
            this.#copy.textContent = this.#words.copy;
        }
        async #copyText() {
            try {
                await navigator.clipboard.writeText(this.#text.value);
            }
            catch {
                this.#text.select(); // no secure context, or not allowed: the old way
                document.execCommand("copy");
            }
            this.#copy.textContent = this.#said.textContent = this.#words.copied;
            setTimeout(() => (this.#copy.textContent = this.#words.copy), 2000);
        }
    }
    if (!customElements.get("emotigram-widget"))
        customElements.define("emotigram-widget", EmotigramWidget);
    /** Put a widget where the script's data-target says. */
    function place(target, wishes) {
        const widget = document.createElement("emotigram-widget");
        for (const name of ["server", "language", "platform", "style", "key"]) {
            const value = wishes[name];
            if (value)
                widget.setAttribute(name === "style" ? "writing-style" : name, value); // style is CSS
        }
        document.querySelector(target)?.append(widget);
    }
    const target = script?.dataset["target"];
    if (script && target) {
        const wishes = { ...script.dataset };
        if (document.readyState === "loading")
            document.addEventListener("DOMContentLoaded", () => place(target, wishes));
        else
            place(target, wishes);
    }
})();
