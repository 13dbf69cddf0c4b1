class SignInPage {
  constructor(page) {
    this.page = page;
    this.user = page.locator('#username');
    this.submit = page.locator('#login-button');
  }

  async signIn(name) {
    await this.page.goto('/');
    await this.user.fill(name);
    await this.submit.click();
  }
}

module.exports = { SignInPage };
