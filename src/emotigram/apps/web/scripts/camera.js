// A phone's own camera where there is one, else the webcam in a dialog.
const words = () => element.querySelector("[data-take]").dataset;

function phoneCamera() {
  const input = document.createElement("input");
  Object.assign(input, { type: "file", accept: "image/*", capture: "environment" });
  input.addEventListener("change", () => { if (input.files[0]) hand(input.files[0]); });
  input.click();
}

const hand = (file) => document.dispatchEvent(new CustomEvent("taken", { detail: file }));

function dialogFor(stream) {
  const { take, cancel, cameraTitle } = words();
  const dialog = document.createElement("dialog");
  dialog.className = "eg-camera";
  dialog.setAttribute("aria-label", cameraTitle);
  const video = Object.assign(document.createElement("video"), { autoplay: true, muted: true, playsInline: true });
  video.srcObject = stream;
  const row = Object.assign(document.createElement("p"), { className: "eg-row" });
  for (const [text, value] of [[take, "take"], [cancel, "cancel"]]) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.className = value === "take" ? "eg-button eg-main" : "eg-button";
    button.addEventListener("click", () => dialog.close(value));
    row.append(button);
  }
  dialog.append(video, row);
  document.body.append(dialog);
  return dialog;
}

async function webcam() {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 2048 } } });
  const dialog = dialogFor(stream);
  dialog.addEventListener("close", () => {
    const video = dialog.querySelector("video");
    if (dialog.returnValue === "take") {
      const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
      canvas.getContext("2d").drawImage(video, 0, 0);
      canvas.toBlob((blob) => hand(new File([blob], "camera.jpg", { type: "image/jpeg" })), "image/jpeg", 0.95);
    }
    stream.getTracks().forEach((track) => track.stop());
    dialog.remove();
  });
  dialog.showModal();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-camera]");
  if (!button) return;
  if (matchMedia("(pointer: coarse)").matches || !navigator.mediaDevices) return phoneCamera();
  try {
    await webcam();
  } catch {
    alert(words().refused);
  }
});
