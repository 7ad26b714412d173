const { server, key } = require("../../config.js");

const headers = () => ({ "Accept-Language": "zh", ...(key ? { Authorization: `Bearer ${key}` } : {}) });
const moods = { positive: "积极", neutral: "平静", negative: "低落" };

Page({
  data: {
    platforms: [], // [{key, name}]，来自 /v1/platforms
    styles: [],
    platformIndex: 0,
    styleIndex: 0,
    photo: "",
    words: "", // 用户自己的话
    isBusy: false,
    progress: 0, // 上传百分比
    post: null, // {title, text, hashtags, full}
    description: "",
    mood: "",
    error: "",
  },

  onLoad() {
    this.seed = 0;
    this.readingId = "";
    this.loadChoices();
  },

  /** 平台和风格由服务决定，默认小红书。 */
  async loadChoices() {
    try {
      const [platforms, styles] = await Promise.all([this.ask("GET", "/v1/platforms"), this.ask("GET", "/v1/styles")]);
      const named = (entries) => entries.map((entry) => ({ key: entry.key, name: entry.names.zh }));
      const at = (entries, wanted) => Math.max(0, entries.findIndex((entry) => entry.key === wanted));
      this.setData({
        platforms: named(platforms),
        styles: named(styles),
        platformIndex: at(platforms, "xiaohongshu"),
        styleIndex: at(styles, "plain"),
        error: "",
      });
    } catch (problem) {
      this.fail(problem);
    }
  },

  onPlatform(event) {
    this.setData({ platformIndex: Number(event.detail.value) });
  },

  onStyle(event) {
    this.setData({ styleIndex: Number(event.detail.value) });
  },

  onWords(event) {
    this.setData({ words: event.detail.value });
    this.readingId = ""; // 照片和文字是一起判断的
  },

  /** 拍照或从相册选一张压缩过的照片。 */
  onChoose() {
    if (this.data.isBusy) return;
    wx.chooseMedia({
      count: 1,
      mediaType: ["image"],
      sourceType: ["album", "camera"],
      sizeType: ["compressed"],
      success: ({ tempFiles }) => {
        this.readingId = "";
        this.setData({ photo: tempFiles[0].tempFilePath, post: null, description: "", mood: "", error: "" });
      },
    });
  },

  /** 写第一条，或者换一条：照片已经看过就不再上传。 */
  async onWrite() {
    if (!this.data.photo || this.data.isBusy) return;
    this.setData({ isBusy: true, progress: 0, error: "" });
    if (this.data.post) this.seed += 1;
    try {
      this.show(await this.write());
    } catch (problem) {
      this.fail(problem);
    } finally {
      this.setData({ isBusy: false });
    }
  },

  async write() {
    if (!this.readingId) return this.upload();
    try {
      return await this.ask("POST", "/v1/posts", { ...this.wishes(), reading_id: this.readingId });
    } catch (problem) {
      if (problem.code !== "reading_unknown") throw problem;
      return this.upload(); // 服务已经忘了这张照片
    }
  },

  async show(answer) {
    const { title, text, hashtags, full_text: full } = answer.post;
    this.readingId = answer.reading_id;
    this.setData({ post: { title, text, hashtags, full } });
    try {
      const { reading } = await this.ask("GET", `/v1/readings/${answer.reading_id}`);
      this.setData({ description: reading.description.zh || "", mood: moods[reading.affect.sentiment.label] });
    } catch {
      // 没有描述也不影响文案
    }
  },

  onCopy() {
    const { title, full } = this.data.post;
    wx.setClipboardData({ data: [title, full].filter(Boolean).join("\n\n") });
  },

  wishes() {
    const { platforms, styles, platformIndex, styleIndex } = this.data;
    const wishes = { language: "zh", seed: this.seed };
    if (platforms.length) wishes.platform = platforms[platformIndex].key;
    if (styles.length) wishes.style = styles[styleIndex].key;
    return wishes;
  },

  upload() {
    const formData = { ...this.wishes(), seed: String(this.seed), text: this.data.words };
    return new Promise((resolve, reject) => {
      const task = wx.uploadFile({
        url: `${server}/v1/posts`,
        filePath: this.data.photo,
        name: "photos",
        formData,
        header: headers(),
        timeout: 60000,
        success: ({ statusCode, data }) => settle(statusCode, parsed(data), resolve, reject),
        fail: () => reject({ detail: "服务没有应答。", hint: "请检查网络后再试。" }),
      });
      task.onProgressUpdate(({ progress }) => this.setData({ progress }));
    });
  },

  ask(method, path, data) {
    return new Promise((resolve, reject) => {
      wx.request({
        url: server + path,
        method,
        data,
        header: { ...headers(), "Content-Type": "application/json" },
        timeout: 60000,
        success: ({ statusCode, data: answer }) => settle(statusCode, answer, resolve, reject),
        fail: () => reject({ detail: "服务没有应答。", hint: "请检查网络后再试。" }),
      });
    });
  },

  /** 服务用中文说明哪里出错、该怎么办（RFC 9457）。 */
  fail(problem) {
    this.setData({ error: [problem.detail, problem.hint].filter(Boolean).join("") || String(problem) });
  },
});

function settle(status, answer, resolve, reject) {
  if (status >= 200 && status < 300) resolve(answer);
  else reject(answer && answer.detail ? answer : { detail: `服务出错了（${status}）。`, hint: "请稍后再试。" });
}

/** wx.uploadFile 给的是文本，wx.request 给的是对象。 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
