throw new Error('this helper cannot be loaded');
