// Moves the sliders of every <figure class="explorer"> in the page, with no kernel and no network.
//
// Each figure carries all its frames in one compressed stream (see page.py): a list of pieces of SVG, each frame a
// list of piece numbers, each state a frame number. A state's number counts through the values of the controls, the
// last control fastest.
(() => {
  // Two explorers written as self-contained HTML may carry this script twice.
  if (window.explorers) {
    window.explorers.start();
    return;
  }

  const decode = async (text) => {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };

  const numberOf = (data, position) =>
    data.controls.reduce((number, control, i) => number * control.labels.length + position[i], 0);

  const positionOf = (data, number) => {
    const position = [];
    let rest = number;
    for (const control of data.controls.toReversed()) {
      position.unshift(rest % control.labels.length);
      rest = Math.floor(rest / control.labels.length);
    }
    return position;
  };

  class Explorer {
    constructor(figure) {
      this.name = figure.dataset.name;
      this.figure = figure;
      this.frame = figure.querySelector(".explorer-frame");
      this.status = figure.querySelector(".explorer-status");
      this.form = figure.querySelector(".explorer-controls");
      this.link = figure.querySelector(".explorer-link"); // only where the page has an address to share
      this.boxes = [...this.form.querySelectorAll(".explorer-control")];
      this.form.addEventListener("input", () => this.changed());
      this.form.addEventListener("submit", (event) => event.preventDefault());
      // The browser restores the initial values after the event.
      this.form.addEventListener("reset", () => setTimeout(() => this.changed(), 0));
    }

    // The frames, decoded at the first call.
    load() {
      this.loading ??= decode(this.figure.querySelector(".explorer-data").textContent).then(
        (data) => {
          this.data = data;
          this.mark(data.start);
          return data;
        },
        () => this.fail(),
      );
      return this.loading;
    }

    fail() {
      const message = document.createElement("p");
      message.className = "explorer-message";
      message.textContent = "This browser cannot decode the figure's other states; a newer one can.";
      this.form.replaceWith(message);
    }

    async changed() {
      await (this.data ?? this.load());
      if (!this.data) return;
      const state = numberOf(
        this.data,
        this.boxes.map((box) => this.read(box)),
      );
      this.draw(state);
      share(this.name, state === this.data.start ? null : state);
    }

    // Go to a state from outside: the address's hash, or a test.
    async go(state) {
      await this.load();
      if (!this.data || !Number.isInteger(state) || state < 0 || state >= this.data.states.length) return;
      for (const [i, value] of positionOf(this.data, state).entries()) this.write(this.boxes[i], value);
      this.draw(state);
    }

    read(box) {
      const input = box.querySelector("input, select");
      if (input.type === "radio") return Number(box.querySelector("input:checked").value);
      return input.type === "checkbox" ? Number(input.checked) : Number(input.value);
    }

    write(box, value) {
      const input = box.querySelector("input, select");
      if (input.type === "radio") box.querySelector(`input[value="${value}"]`).checked = true;
      else if (input.type === "checkbox") input.checked = value === 1;
      else input.value = value;
    }

    draw(state) {
      const { states, frames, pieces, titles } = this.data;
      const title = titles[states[state]];
      this.frame.innerHTML = frames[states[state]].map((piece) => pieces[piece]).join("");
      this.frame.setAttribute("aria-label", `${this.frame.dataset.description} ${title}`.trim());
      this.status.textContent = title;
      this.figure.dataset.state = state;
      if (this.link) this.link.hash = `${this.name}=${state}`;
      this.mark(state);
    }

    // Write each control's value, and disable the controls that change nothing here.
    mark(state) {
      const position = positionOf(this.data, state);
      this.boxes.forEach((box, i) => {
        const label = this.data.controls[i].labels[position[i]];
        const output = box.querySelector("output");
        if (output) output.textContent = label;
        const inputs = box.querySelectorAll("input, select");
        if (inputs[0].type === "range") inputs[0].setAttribute("aria-valuetext", label);
        const idle = this.isIdle(position, i);
        const note = box.querySelector(".explorer-note");
        note.hidden = !idle;
        for (const input of inputs) {
          input.disabled = idle;
          if (idle) input.setAttribute("aria-describedby", note.id);
          else input.removeAttribute("aria-describedby");
        }
      });
    }

    // Whether all values of one control show the same frame while the others stay.
    isIdle(position, i) {
      const at = (value) => this.data.states[numberOf(this.data, position.with(i, value))];
      return this.data.controls[i].labels.every((_, value) => at(value) === at(0));
    }
  }

  // The address's hash holds the states that differ from the initial ones: #signal=12&race=3.
  const readHash = () =>
    new Map(
      [...new URLSearchParams(location.hash.slice(1))].filter(
        ([name, state]) => /^\d+$/.test(state) && document.getElementById(`explorer-${name}`),
      ),
    );

  const share = (name, state) => {
    const states = readHash();
    if (state === null) states.delete(name);
    else states.set(name, state);
    const hash = new URLSearchParams([...states]).toString();
    history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
  };

  const explorers = new Map();

  const followHash = () => {
    const states = readHash();
    for (const [name, state] of states) explorers.get(name)?.go(Number(state));
    return [...states.keys()][0];
  };

  const nearby = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) explorers.get(target.dataset.name).load();
      }
    },
    { rootMargin: "50%" },
  );

  const start = () => {
    const first = explorers.size === 0;
    for (const figure of document.querySelectorAll("figure.explorer[data-name]")) {
      if (explorers.has(figure.dataset.name)) continue;
      explorers.set(figure.dataset.name, new Explorer(figure));
      nearby.observe(figure);
    }
    const name = first && followHash();
    if (name) document.getElementById(`explorer-${name}`).scrollIntoView({ block: "center" });
  };

  window.explorers = { start, all: explorers };
  window.addEventListener("hashchange", followHash);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
